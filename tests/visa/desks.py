"""A town hall with several heads of service, an absence or two, and circuits of more than one desk."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from dematfin.acts import absences
from dematfin.acts.visa import ServiceFait
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.visa.circuit import OWN_SERVICE, Circuit, CircuitChoice, Quorum, StepRule
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import VisaFolder
from examples import VISEUR
from fakes.hall import Hall

FIRST: Final = "F2026-000001"
NO_DAY: Final = ServiceFait(executed_on=None)


def head(key: str, name: str, *desks: str, roles: frozenset[Role] = frozenset({Role.VISEUR})) -> Person:
    """Return somebody who owns desks."""
    return Person(id=key, name=name, roles=roles, desks=frozenset(desks))


DST: Final = head("dst", "Théo Technique", "DST")
DGS: Final = head("dgs", "Gaëlle Générale", "DGS")
STAND_IN: Final = head("interim", "Ida Intérim", "CULTURE")
OTHER: Final = head("autre", "Omar Autre", "SPORT")
EVERYBODY: Final = (DST, DGS, STAND_IN, OTHER)


def circuit(*steps: Sequence[str], quorum: Quorum = Quorum.ANY, key: str = "travaux") -> Circuit:
    """Return a circuit; each step is the desks of one."""
    return Circuit(
        id=f"{key}/0",
        key=key,
        version=0,
        steps=tuple(StepRule(desks=tuple(desks), quorum=quorum) for desks in steps),
    )


ONE_THEN_ONE: Final = circuit([OWN_SERVICE], ["DST"])
ALL_OF_TWO: Final = circuit([OWN_SERVICE], ["DST", "DGS"], quorum=Quorum.ALL)
ANY_OF_TWO: Final = circuit([OWN_SERVICE], ["DST", "DGS"])


def town(folder: Path, chosen: Circuit | None = None, **policy: Any) -> Hall:
    """Return a hall where one invoice of 120.00 lies on the desk SCOLAIRE, in the circuit that is given."""
    settings: dict[str, Any] = policy
    if chosen:
        settings = {"circuits": (chosen,), "choices": (CircuitChoice(circuit=chosen.key),)} | policy
    hall = Hall.build(folder, **settings)
    with hall.ledger.transaction() as books:
        books.save(*EVERYBODY)
    hall.deposit("120.00")
    hall.day()
    return hall


def folder(hall: Hall) -> VisaFolder:
    """Return the only folder."""
    (only,) = hall.all(VisaFolder)
    assert isinstance(only, VisaFolder)
    return only


def invoice(hall: Hall) -> Invoice:
    """Return the only invoice."""
    (only,) = hall.all(Invoice)
    assert isinstance(only, Invoice)
    return only


def away(hall: Hall, absent: Person = VISEUR, substitute: Person = STAND_IN, **changes: Any) -> Delegation:
    """Declare an absence of three days, from today."""
    today = hall.clock.today()
    asked = absences.Absence(
        absent=absent.id, substitute=substitute.id, starts_on=today, ends_on=today + timedelta(days=2), reason="Congés."
    )
    return absences.delegate(hall.app, absent, replace(asked, **changes))


def done(hall: Hall) -> ServiceFait:
    """Say that the service was done the day before."""
    return ServiceFait(executed_on=hall.clock.today() - timedelta(days=1))
