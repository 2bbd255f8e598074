"""Waivers: in a small commune one person has done what two should have, and every report says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.parties.person import Person


class Duty(StrEnum):
    """What another person should do."""

    VISA = "visa"
    MANDAT = "mandat"
    SIGNATURE = "signature"
    RESTORATION = "restauration"


SUBJECTS: Final = {
    Duty.VISA: Subject.INVOICE,
    Duty.MANDAT: Subject.MANDAT,
    Duty.SIGNATURE: Subject.BORDEREAU,
    Duty.RESTORATION: Subject.RESTORATION,
}
MUST: Final = {
    Duty.VISA: "la viser",
    Duty.MANDAT: "la mandater",
    Duty.SIGNATURE: "signer ce bordereau",
    Duty.RESTORATION: "rouvrir les envois",
}
DID: Final = {
    Duty.VISA: "l'a visée",
    Duty.MANDAT: "a fait le mandat {key}",
    Duty.SIGNATURE: "a signé {key}",
    Duty.RESTORATION: "a rouvert les envois après la restauration {key}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """One exception, written with what it allowed; it stays when a decision is taken back, since it took place.

    Attributes:
        id: `<subject id>/<duty>/<person>`.
        what: the sentence that reports show, the person named.
    """

    id: str
    subject: Subject
    subject_id: str
    person: str
    what: str
    made_on: date


def waiver(who: Person, duty: Duty, key: str, done: Iterable[str], today: date) -> Waiver:
    """Return the exception of whoever has `done` some things before, and a duty on the subject `key` now."""
    return Waiver(
        id=f"{key}/{duty}/{who.id}",
        subject=SUBJECTS[duty],
        subject_id=key,
        person=who.id,
        what=f"{who.name} a {' et '.join(done)}, et {DID[duty].format(key=key)}",
        made_on=today,
    )


def told(waivers: Iterable[Waiver]) -> str:
    """Return what the journal adds to an event because of exceptions."""
    return "".join(f" ; exception « petite commune » : {one.what}" for one in waivers)


def marks(waivers: Iterable[Waiver]) -> dict[str, str]:
    """Return what the event of an exception keeps to be known by; nothing when there is none."""
    return {EXCEPTION: Exceptional.SMALL_TOWN} if any(waivers) else {}


def newest_first(waivers: Iterable[Waiver]) -> tuple[Waiver, ...]:
    """Return waivers in the order in which reports list them."""
    return tuple(sorted(waivers, key=lambda one: (one.made_on, one.id), reverse=True))
