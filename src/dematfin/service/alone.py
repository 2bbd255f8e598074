"""One step in a process of its own, where it has killed the one that serves all the others."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from dematfin.config.several import House
from dematfin.domain.parties.person import UNATTENDED, Act
from dematfin.domain.unattended.run import Run
from dematfin.ports.app import App
from dematfin.service.own_process import is_suspect, run_apart
from dematfin.steps.day import KEYS, NAMES, Step
from dematfin.steps.outcome import Failure, Outcome
from dematfin.steps.progress import go_alone, go_on, open_day, step_at
from dematfin.steps.running import PATIENCE, last_run
from dematfin.wiring import ask_nobody, build


def carried(house: House, app: App, day: Run) -> tuple[Outcome, Run]:
    """Run the step at which a day stands; return its account, and the day at its next step.

    Raises:
        ComeBackLater: it could not be run now, or it has killed its process once more.
    """
    step = step_at(day)
    if not _kills(app, step):
        return go_on(app, day)
    run_apart(partial(_in, house, partial(go_on, day=day)))
    return _account(app, step), open_day(app) or day.moved("")


def carried_alone(house: House, app: App, step: Step, hour: datetime) -> Outcome | None:
    """Run a step that has an hour of its own; return its account.

    Raises:
        ComeBackLater: it could not be run now, or it has killed its process once more.
    """
    if not _kills(app, step):
        return go_alone(app, step, hour)
    run_apart(partial(_in, house, partial(go_alone, step=step, hour=hour)))
    return _account(app, step)


def _kills(app: App, step: Step) -> bool:
    """Say whether a step has killed its process, and is not to be set aside for it yet."""
    last = _last(app, step)
    return is_suspect(last) and not last.keeps_dying(PATIENCE)


def _in(house: House, carry: Callable[[App], object]) -> None:
    """Run a step of a collectivité that is wired anew, in the process that was made for it."""
    app = build(house.settings(), house.folder, ask_nobody)
    carry(app.on_behalf_of(UNATTENDED, Act.RUN))


def _account(app: App, step: Step) -> Outcome:
    """Return what the ledger keeps of what another process has done."""
    name = NAMES[step]
    return Outcome(step=name, failures=tuple(Failure(item=name, sentence=one) for one in _last(app, step).said))


def _last(app: App, step: Step) -> Run:
    with app.ledger.reading() as books:
        return last_run(books, KEYS[step], app.clock.now())
