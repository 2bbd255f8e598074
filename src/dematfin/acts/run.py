"""A person, or the scheduler's own account, starts steps."""

from collections.abc import Iterator
from typing import Final

from dematfin.domain.parties.person import Act, Person
from dematfin.errors import DematfinError
from dematfin.ports.app import App
from dematfin.steps.day import DAY, Step
from dematfin.steps.day import run as run_step
from dematfin.steps.outcome import Failure, Outcome
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import transmit

NEEDS: Final[dict[Step, Act]] = {prepare: Act.PREPARE, transmit: Act.TRANSMIT}


def run(app: App, who: Person, step: Step) -> Outcome:
    """Run one step; raises Forbidden, or what stops the whole step."""
    return run_step(app.on_behalf_of(who, NEEDS.get(step, Act.RUN)), step)


def day(app: App, who: Person) -> Iterator[Outcome]:
    """Run the daily order, telling each account as it comes; a step that fails stops none of the next."""
    app = app.on_behalf_of(who, Act.RUN)
    for step in DAY:
        try:
            yield run_step(app, step)
        except DematfinError as error:
            yield Outcome(step=step.__name__, failures=(Failure(item=step.__name__, sentence=str(error)),))
