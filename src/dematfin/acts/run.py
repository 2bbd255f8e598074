"""A person, or the scheduler's own account, starts steps."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Final

from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.mandat.exercice import why_closed
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import DematfinError, RuleError
from dematfin.ports.app import App
from dematfin.steps.day import LEASES, NAMES, Step, due
from dematfin.steps.day import run as run_step
from dematfin.steps.exercices import Choice
from dematfin.steps.intake import intake
from dematfin.steps.intake import synchronise as ask_again
from dematfin.steps.intentions import reopen_all
from dematfin.steps.outcome import Failure, Outcome, Tally
from dematfin.steps.prepare import prepare
from dematfin.steps.tell import carry_out
from dematfin.steps.transmit import transmit

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


def day(app: App, who: Person) -> Iterator[Outcome]:
    """Run the daily order, telling each account as it comes; a step that fails stops none of the next."""
    app = app.on_behalf_of(who, Act.RUN)
    for step in due(app):
        yield _run_or_say(app, step)


def _run_or_say(app: App, step: Step) -> Outcome:
    """Return the account of a step, whatever stops it: known, or foreseen by nobody."""
    accounts: list[Outcome] = []
    tally = Tally(NAMES[step])
    with tally.item(NAMES[step]):
        try:
            accounts.append(run_step(app, step))
        except DematfinError as error:
            accounts.append(Outcome(step=NAMES[step], failures=(Failure(item=NAMES[step], sentence=str(error)),)))
    return accounts[0] if accounts else tally.outcome()


def tell_now(app: App, who: Person, invoice_id: str) -> Outcome:
    """Tell Chorus Pro at once what an act has just decided; what fails now is told by the next daily run."""
    app = replace(app, by=who.id)
    tally = Tally("informer le fournisseur")
    with app.ledger.reading() as books:
        waiting = books.find(Intention, invoice_id=invoice_id, state=IntentionState.OPEN)
    carry_out(app, waiting, tally)
    return tally.outcome()
