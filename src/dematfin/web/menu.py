"""What the head of each page leads to, for whoever reads it."""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.parties.person import Act, Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One page that anybody may look for, and the act that it takes."""

    path: str
    label: str
    act: Act


MENU: Final = (
    Entry(path="/accueil", label="Accueil", act=Act.OVERSEE),
    Entry(path="/visas", label="Ma file", act=Act.READ),
    Entry(path="/a-traiter", label="À traiter", act=Act.HOLD),
    Entry(path="/papier", label="Papier", act=Act.PAPER),
    Entry(path="/factures", label="Factures", act=Act.OVERSEE),
    Entry(path="/bordereaux", label="Bordereaux", act=Act.OVERSEE),
    Entry(path="/flux", label="Flux", act=Act.OVERSEE),
    Entry(path="/chiffres", label="Chiffres", act=Act.OVERSEE),
    Entry(path="/absences", label="Absences", act=Act.READ),
)


def menu(who: Person | None) -> tuple[Entry, ...]:
    """Return the entries that a person may open."""
    return tuple(one for one in MENU if who and who.may(one.act))
