"""What whoever signs should look at first in a bordereau: the remarks of the mayor's book, one line each."""

from dematfin.acts.book import book
from dematfin.domain.mandat.book import Entry, Remark
from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.steps.separation import duties
from dematfin.steps.signatures import Sheet


def exceptions(app: App, who: Person, sheet: Sheet) -> tuple[str, ...]:
    """Return what is not usual in a bordereau, the most serious first."""
    who.require(Act.OVERSEE)
    return tuple(_line(remark, entry) for remark, entry in book(app, who, sheet.bordereau.id).unusual)


def to_confess(app: App, who: Person, sheet: Sheet) -> tuple[str, ...]:
    """Return what is written of whoever signs a bordereau after having certified or prepared it, in a small commune."""
    who.require(Act.SIGN)
    kept = duties(app, who, (sheet,)) if app.policy.small else ()
    return tuple(f"Petite commune : {one.what}." for one in kept)


def _line(remark: Remark, entry: Entry | None) -> str:
    if entry is None:
        return remark.sentence
    return f"Mandat n° {entry.mandat.number}, {entry.mandat.tiers.name} : {remark.sentence}"
