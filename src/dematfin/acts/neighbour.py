"""How things stand with Chorus Pro: what it has told us, what we have still to tell it."""

from dataclasses import dataclass
from datetime import date

from dematfin.domain.intention import Intention, IntentionState, SupplierStatus
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Cursor, Reception, ReceptionState
from dematfin.domain.registers import StructureRules
from dematfin.errors import ConnectorError
from dematfin.ports.app import App
from dematfin.steps.intake import cursor_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One technical account.

    Attributes:
        trouble: why it cannot be used now, empty when it can.
        read_on: last day whose list was read, None before the first import.
    """

    name: str
    trouble: str
    read_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The whole picture.

    Attributes:
        announced: listed and not fetched; `watched`: their status is unknown to us.
        open, refused: what Chorus Pro was not told yet, or refuses.
        unknown_mandats: the mandats of which it will never hear, told too late.
    """

    doors: tuple[Door, ...]
    structures: tuple[StructureRules, ...]
    announced: tuple[Reception, ...]
    quarantined: tuple[Reception, ...]
    watched: tuple[Reception, ...]
    open: tuple[Intention, ...]
    refused: tuple[Intention, ...]
    unknown_mandats: tuple[Intention, ...]


def standing(app: App, who: Person) -> Standing:
    """Try each account, and gather what the ledger remembers of Chorus Pro."""
    who.require(Act.READ)
    with app.ledger.reading() as books:
        cursors = {cursor.id: cursor.day for cursor in books.find(Cursor)}
    doors = tuple(_door(app, name, cursors.get(cursor_id(name))) for name in app.source.doors())
    with app.ledger.reading() as books:  # not while the neighbour is waited for
        return Standing(
            doors=doors,
            structures=books.find(StructureRules),
            announced=books.find(Reception, state=ReceptionState.LISTED),
            quarantined=books.find(Reception, state=ReceptionState.QUARANTINED),
            watched=books.find(Reception, state=ReceptionState.WATCHED),
            open=books.find(Intention, state=IntentionState.OPEN),
            refused=books.find(Intention, state=IntentionState.REFUSED),
            unknown_mandats=books.find(Intention, state=IntentionState.GIVEN_UP, status=SupplierStatus.MANDATEE),
        )


def _door(app: App, name: str, read_on: date | None) -> Door:
    try:
        app.source.check(name)
    except ConnectorError as error:
        return Door(name=name, trouble=str(error), read_on=read_on)
    return Door(name=name, trouble="", read_on=read_on)
