"""One step of a day in a process of its own, where it has killed the one that serves all the others."""

from functools import partial

from dematfin.config.several import House
from dematfin.domain.parties.person import UNATTENDED, Act
from dematfin.domain.unattended.run import Run
from dematfin.ports.app import App
from dematfin.service.own_process import is_suspect, run_apart
from dematfin.steps.day import NAMES
from dematfin.steps.outcome import Failure, Outcome
from dematfin.steps.progress import BY_KEY, go_on, open_day
from dematfin.steps.running import PATIENCE, last_run
from dematfin.wiring import ask_nobody, build


def carried(house: House, app: App, day: Run) -> tuple[Outcome, Run]:
    """Run the step at which a day stands; return its account, and the day at its next step.

    Raises:
        ComeBackLater: it could not be run now, or it has killed its process once more.
    """
    with app.ledger.reading() as books:
        last = last_run(books, day.position, day.began_at)
    if not is_suspect(last) or last.keeps_dying(PATIENCE):
        return go_on(app, day)
    run_apart(partial(_carry_here, house, day))
    return _account(app, day), open_day(app) or day.moved("")


def _carry_here(house: House, day: Run) -> None:
    app = build(house.settings(), house.folder, ask_nobody)
    go_on(app.on_behalf_of(UNATTENDED, Act.RUN), day)


def _account(app: App, day: Run) -> Outcome:
    """Return what the ledger keeps of what another process has done."""
    name = NAMES[BY_KEY[day.position]]
    with app.ledger.reading() as books:
        said = last_run(books, day.position, day.began_at).said
    return Outcome(step=name, failures=tuple(Failure(item=name, sentence=one) for one in said))
