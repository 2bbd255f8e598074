"""What a worker that died was doing is given to the others; what keeps killing them is given up."""

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from dematfin.service.pace import Pace
from dematfin.service.queue import CARRY

LOG = structlog.get_logger()


async def recover(app: App, pace: Pace) -> None:
    """Have the jobs of dead workers run again, by whoever comes first."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=pace.dead_after):
        try:
            await _take_up(app, job, pace)
        except ConnectorException:  # another worker was quicker, or the base is away: the next look will tell
            LOG.info("job_taken_up_elsewhere", **_told(job))


async def _take_up(app: App, job: Job, pace: Pace) -> None:
    if job.task_name != CARRY and job.id is not None:  # it is asked for again each minute
        await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
        return
    if job.priority < pace.deaths or job.id is None:
        LOG.warning("worker_died", **_told(job))
        await app.job_manager.retry_job(job, priority=job.priority + 1)
        return
    LOG.error("job_given_up", **_told(job))
    await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)


def _told(job: Job) -> dict[str, object]:
    asked = job.task_kwargs
    return {"coll": asked.get("collectivite"), "step": asked.get("etape", job.task_name), "attempts": job.attempts}
