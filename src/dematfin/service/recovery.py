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
            LOG.info("travail repris par un autre", **job.task_kwargs)


async def _take_up(app: App, job: Job, pace: Pace) -> None:
    if job.attempts < pace.deaths or job.id is None:
        LOG.warning("ouvrier mort, son travail est repris", **job.task_kwargs)
        await app.job_manager.retry_job(job)
        return
    LOG.error("travail abandonné après trop d'essais : dematfin ouvrier morts", **job.task_kwargs)
    await app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=False)
