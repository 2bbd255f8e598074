"""What a worker that died was doing is given to the others; what keeps killing them is given up."""

import structlog
from procrastinate import App
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status

from dematfin.service.pace import Pace

LOG = structlog.get_logger()


async def recover(app: App, pace: Pace) -> None:
    """Have the jobs of dead workers run again, by whoever comes first."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=pace.dead_after):
        try:
            await _take_up(app, job, pace)
        except ConnectorException:  # another worker was quicker, or the base is away: the next look will tell
            LOG.info("job_taken_up_elsewhere", **_told(job))


async def _take_up(app: App, job: Job, pace: Pace) -> None:
    if job.priority < pace.deaths or job.id is None:
        LOG.warning("worker_died", **_told(job))
        await app.job_manager.retry_job(job, priority=job.priority + 1)
        return
    LOG.error("job_given_up", **_told(job))
    await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)


def _told(job: Job) -> dict[str, object]:
    return {"coll": job.task_kwargs["collectivite"], "step": job.task_kwargs["etape"], "attempts": job.attempts}
