"""Separator sheets are printed; each one bears a number that no other will ever bear."""

from dematfin.domain.event import Subject
from dematfin.domain.paper.sheet import LAST_SERIAL, Mark, Sheet
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App

SERIES = "feuille"
MOST = 500
"""Sheets of one order: a ream."""


def print_sheets(app: App, who: Person, name: str, count: int, mark: Mark = Mark.INVOICE) -> tuple[bytes, int, int]:
    """Return a PDF of new sheets, the first of their numbers and the last.

    `name` is a route or its service; for a sheet that ends a batch, the number of invoices that it announces.

    Raises:
        Forbidden; RoutingError: no such route; RuleError: too many, or no number is left.
    """
    app = app.on_behalf_of(who, Act.PAPER)
    key, label = (name, "") if mark is Mark.END else _towards(app, name)
    if not 0 < count <= MOST:
        message = f"De 1 à {MOST} feuilles à la fois."
        raise RuleError(message)
    with app.ledger.transaction() as books:
        serials = [books.next_number(SERIES) for _ in range(count)]
        if serials[-1] > LAST_SERIAL:
            message = f"Les numéros de feuilles sont épuisés ({LAST_SERIAL}). Réutilisez les feuilles imprimées."
            raise RuleError(message)
        told = f"{count} feuilles {key} imprimées, n° {serials[0]:06d} à {serials[-1]:06d}"
        books.record(app.event(Subject.SHEETS, key, "", "", told))
    sheets = [(Sheet(mark=mark, route=key, serial=serial), label) for serial in serials]
    return app.letters.sheets(sheets), serials[0], serials[-1]


def _towards(app: App, name: str) -> tuple[str, str]:
    route = app.policy.paper.towards(name)
    return route.key, route.label or route.service
