"""The gate: the one place through which all passes that leaves us; a restoration shuts it until all is known again."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from dematfin.domain.restoration import Restored
from dematfin.errors import Barred
from dematfin.ports.ledger import Books, Ledger

SENDS: Final[dict[str, frozenset[str]]] = {
    "transmitter": frozenset({"send"}),
    "notice": frozenset({"publish"}),
    "parapheur": frozenset({"submit", "close", "withdraw"}),
    "exchange": frozenset({"prepare", "stage", "put"}),
    "signer": frozenset({"submit", "release"}),
}
"""What changes something at a neighbour's, of each port of `App`. All the rest reads, or takes in what is for us.

Mails are let through: a reminder that is said twice harms nobody, and an alarm tells that the gate is shut.
"""
SHUT: Final = (
    "La base a été remise à un état plus ancien ({age}) : ce qui est parti depuis n'y est pas connu, et un fournisseur "
    "pourrait être payé deux fois. Rien ne part ni ne se signe. Voyez ce que disent les voisins : dematfin "
    "reprise etat"
)


def standing(books: Books) -> Restored | None:
    """Return the restoration after which the gate is still shut."""
    return next(iter(books.find(Restored, ended_at=None)), None)


def check_open(books: Books) -> None:
    """Raise Barred as long as the gate is shut."""
    if mark := standing(books):
        raise Barred(SHUT.format(age=f"données du {mark.data_as_of:%d/%m/%Y}"))


@dataclass(slots=True)
class Gate:
    """A port, some of whose methods are barred as long as the gate is shut."""

    port: Any
    barred: frozenset[str]
    ledger: Ledger

    def __getattr__(self, name: str) -> Any:
        """Return what the port has under a name."""
        found = getattr(self.port, name)
        return self._watched(found) if name in self.barred else found

    def _watched(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            with self.ledger.reading() as books:
                check_open(books)
            return method(*arguments, **named)

        return call


def gated(name: str, port: Any, ledger: Ledger) -> Any:
    """Return a port of that name behind the gate; None where there is none."""
    inner = port.port if isinstance(port, Gate) else port
    return inner and Gate(inner, SENDS[name], ledger)
