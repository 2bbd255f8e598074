"""A person has a step run again that was set aside because the program kept dying in it."""

from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.steps.running import Then, last_run, nothing

ASIDE: Final = "mise de côté"
AGAIN: Final = "relancée"


def relaunch(app: App, who: Person, key: str, then: Then = nothing, *, dead: bool = False) -> None:
    """Forget the deaths of a step, so that it is run again; `then` joins the transaction, for whoever keeps a queue.

    With `dead`, it is known to have been given up elsewhere than in the ledger.

    Raises:
        Forbidden: neither who runs things nor who administers them.
        RuleError: this step was not given up.
    """
    who.require(Act.RUN if who.may(Act.RUN) else Act.ADMINISTER)
    with app.ledger.transaction() as books:
        found = last_run(books, key, app.clock.now())
        if not found.aside_since and not dead:
            message = f"« {key} » n'est pas mise de côté : rien à relancer. Voyez : dematfin ouvrier morts."
            raise RuleError(message)
        if found.aside_since:
            books.save(found.relaunched())
        data = {"by": who.id, "tentatives": str(found.attempts)}
        books.record(app.event(Subject.STEP, key, ASIDE, AGAIN, **data))
        then(books, found)
