"""What a step says of itself while it runs: to the log, each line with what it is about, and to whoever measures."""

from collections.abc import Callable
from time import monotonic_ns
from typing import Final

import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

from dematfin.domain.unattended.run import Run
from dematfin.ports.app import App
from dematfin.steps.outcome import Outcome

Heard = Callable[[str, int], None]
"""Told the key of a step that has ended in this process, and how many milliseconds it took."""
LISTENERS: Final[list[Heard]] = []
A_MILLISECOND: Final = 1_000_000

log = structlog.get_logger()


def aloud(app: App, begun: Run, step: Callable[[App], Outcome]) -> Outcome:
    """Run a step, saying that it begins and how it ended; raises what it raises."""
    run_id = get_contextvars().get("run_id", name_of(begun))
    with bound_contextvars(run_id=run_id, coll=app.policy.collectivite, step=begun.id):
        log.info("step_began", attempts=begun.attempts)
        start = monotonic_ns()
        try:
            outcome = step(app)
        except (Exception, KeyboardInterrupt) as error:
            log.warning(
                "step_stopped", duration_ms=_ended(begun.id, start), error=type(error).__name__, reason=str(error)
            )
            raise
        log.info(
            "step_ended",
            duration_ms=_ended(begun.id, start),
            done=len(outcome.done),
            failed=len(outcome.failures),
            notes=len(outcome.notes),
        )
    return outcome


def name_of(run: Run) -> str:
    """Name a run in a log: whoever takes up a day that was cut short goes on under the same name."""
    return f"{run.id}-{run.began_at:%Y%m%dT%H%M%S}"


def _ended(key: str, start: int) -> int:
    took = (monotonic_ns() - start) // A_MILLISECOND
    for heard in LISTENERS:
        heard(key, took)
    return took
