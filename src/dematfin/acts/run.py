"""A person, or the scheduler's own account, starts steps."""

from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime
from typing import Final

from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.mandat.exercice import why_closed
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.unattended.run import Run
from dematfin.errors import ComeBackLater, RuleError
from dematfin.ports.app import App
from dematfin.steps.day import LEASES, Step
from dematfin.steps.day import run as run_step
from dematfin.steps.exercices import Choice
from dematfin.steps.intake import intake
from dematfin.steps.intake import synchronise as ask_again
from dematfin.steps.intentions import reopen_all
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.prepare import prepare
from dematfin.steps.progress import BY_KEY, WHOLE_DAY, begin_day, go_alone, go_on, leave, open_day, put_off, step_at
from dematfin.steps.tell import carry_out
from dematfin.steps.transmit import transmit

Carry = Callable[[App, Run], tuple[Outcome, Run]]
"""Runs the step at which a day stands, as `go_on` does, maybe elsewhere than in this process."""
CarryAlone = Callable[[App, Step, datetime], Outcome | None]
"""Runs a step that has an hour of its own, as `go_alone` does, maybe elsewhere than in this process."""
NEEDS: Final[dict[Step, Act]] = {prepare: Act.PREPARE, transmit: Act.TRANSMIT}


def run(app: App, who: Person, step: Step) -> Outcome:
    """Run one step; raises Forbidden, or what stops the whole step."""
    return run_step(app.on_behalf_of(who, NEEDS.get(step, Act.RUN)), step)


def prepare_on(app: App, who: Person, choice: Choice) -> Outcome:
    """Prepare on the exercice that an agent has chosen; raises Forbidden, RuleError when it is not an open one."""
    app = app.on_behalf_of(who, Act.PREPARE)
    if why := why_closed(choice.exercice, app.clock.today(), investment=False):
        message = f"Rien n'est préparé : {why}."
        raise RuleError(message)
    with app.ledger.lease(LEASES[prepare], app.holder):
        return prepare(app, choice)


def synchronise(app: App, who: Person, since: date) -> Outcome:
    """Ask Chorus Pro again for all that changed since a day, and for all that it shows as ours to process.

    What it refused to be told will be told again.
    """
    app = app.on_behalf_of(who, Act.RUN)
    reopen_all(app)
    with app.ledger.lease(LEASES[intake], app.holder):
        return ask_again(app, since)


def day(app: App, who: Person, hour: datetime | None = None, carry: Carry = go_on) -> Generator[Outcome, None, None]:
    """Run the daily order, telling each account as it comes; a step that fails stops none of the next.

    With `hour`, the hour of a schedule that asks for it, nothing is run when a day has begun since.
    Each step is run by `carry`. Whoever asks for no more accounts leaves the day at its next step.

    Raises ComeBackLater while a day runs elsewhere.
    """
    app = app.on_behalf_of(who, Act.RUN)
    with app.ledger.lease(WHOLE_DAY, app.holder):
        begun = begin_day(app, hour)
        yield from _to_the_end(app, begun, carry) if begun else ()


def take_up(app: App, who: Person, carry: Carry = go_on) -> Generator[Outcome, None, None]:
    """Run what is left of a day that was cut short.

    Raises ComeBackLater while it runs elsewhere: it was not; or at a step that this version does not know.
    """
    app = app.on_behalf_of(who, Act.RUN)
    with app.ledger.lease(WHOLE_DAY, app.holder):
        left = open_day(app)
        yield from _to_the_end(app, left, carry) if left else ()


def step_since(app: App, who: Person, key: str, hour: datetime, carry: CarryAlone = go_alone) -> Outcome | None:
    """Run one step that a schedule asks for outside the day, by `carry`; None when it has begun since that hour."""
    return carry(app.on_behalf_of(who, Act.RUN), BY_KEY[key], hour)


def _to_the_end(app: App, day: Run, carry: Carry) -> Iterator[Outcome]:
    while day.position:
        step = step_at(day)
        try:
            outcome, day = carry(app, day)
        except ComeBackLater as error:
            outcome = put_off(step, error)
            day = leave(app, day, outcome)
        yield outcome


def tell_now(app: App, who: Person, invoice_id: str) -> Outcome:
    """Tell Chorus Pro at once what an act has just decided; what fails now is told by the next daily run."""
    app = app.on_behalf_of(who, Act.VISA if who.may(Act.VISA) else Act.ANSWER)
    tally = Tally("informer le fournisseur")
    with app.ledger.reading() as books:
        waiting = books.find(Intention, invoice_id=invoice_id, state=IntentionState.OPEN)
    carry_out(app, waiting, tally)
    return tally.outcome()
