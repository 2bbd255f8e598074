"""Finding an invoice among those of all services, from whatever is at hand."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final, TypeVar

from starlette.datastructures import QueryParams
from starlette.responses import Response

from dematfin.acts.search import SHOWN, Criteria, Found, search
from dematfin.errors import RuleError
from dematfin.web.forms import amount, day, text
from dematfin.web.visit import Visit

LONGEST: Final = 200
LARGEST_NUMBER: Final = 10**9
WORDS: Final = {
    "mots": "words",
    "fournisseur": "supplier",
    "numero": "number",
    "engagement": "engagement",
    "iban": "iban_end",
    "texte": "text",
}
"""Fields of words, and the criteria that they are."""
FIELDS: Final = (*WORDS, "montant", "mandat", "depuis", "jusque")
V = TypeVar("V")


class Asked:
    """What a page was asked: what was typed in each field, and what is wrong with it, in words to put beside it."""

    def __init__(self, query: QueryParams) -> None:
        self.typed = {name: text(query, name)[:LONGEST] for name in FIELDS}
        self.problems: dict[str, str] = {}

    @property
    def nothing(self) -> bool:
        """Whether every field was left empty."""
        return not self.problems and not any(self.typed.values())

    @property
    def in_detail(self) -> bool:
        """Whether another field than the first one was filled in."""
        return any(self.typed[name] or name in self.problems for name in FIELDS if name != "mots")

    def criteria(self) -> Criteria:
        """Return what was asked; what could not be understood is in `problems`."""
        for name in WORDS:
            if self.typed[name] and not any(map(str.isalnum, self.typed[name])):
                self.problems[name] = "Donnez au moins une lettre ou un chiffre."
        since, until = self._day("depuis", "Depuis"), self._day("jusque", "Jusqu'à")
        if since and until and since > until:
            self.problems["jusque"] = "Ce jour vient avant l'autre : inversez les deux dates."
        return Criteria(
            **{ours: self.typed[name] for name, ours in WORDS.items()},
            amount=self._amount(),
            mandat=self._mandat(),
            since=since,
            until=until,
        )

    def _day(self, name: str, what: str) -> date | None:
        """A field of a date shows a date or nothing: what was typed instead is in the words beside it."""
        found = self._read(name, lambda: day(self.typed, name, what))
        self.typed[name] = found.isoformat() if found else ""
        return found

    def _amount(self) -> Decimal | None:
        return self._read("montant", lambda: amount(self.typed, "montant", "Montant"))

    def _mandat(self) -> int | None:
        typed = self.typed["mandat"]
        if not typed:
            return None
        if typed.isascii() and typed.isdigit() and 0 < int(typed) < LARGEST_NUMBER:
            return int(typed)
        self.problems["mandat"] = f"« {typed[:40]} » n'est pas un numéro de mandat. Écrivez par exemple 1187."
        return None

    def _read(self, name: str, read: Callable[[], V | None]) -> V | None:
        try:
            return read()
        except RuleError as error:
            self.problems[name] = str(error)
            return None


def show(visit: Visit) -> Response:
    """Show the fields, and what answers to them."""
    asked = Asked(visit.request.query_params)
    found: tuple[Found, ...] = ()
    wanted = asked.criteria()
    if not asked.nothing and not asked.problems:
        found = search(visit.app, visit.who, wanted)
    return visit.page(
        "factures.html",
        422 if asked.problems else 200,
        asked=asked,
        typed=asked.typed,
        problems=asked.problems,
        found=found,
        most=SHOWN,
    )
