"""Flows and mandats on their way, for whoever looks at what is in flight."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from dematfin.domain.document import DocumentRef
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from domain.test_whereabouts import MANDAT
from examples import COMMUNE

PARIS: Final = ZoneInfo("Europe/Paris")
FILE: Final = DocumentRef(sha256="0" * 64, size=1000)
MONDAY: Final = datetime(2026, 3, 2, 9, 0, tzinfo=PARIS)
FRIDAY_EVENING: Final = datetime(2026, 2, 27, 18, 0, tzinfo=PARIS)


def flux(number: int = 1, state: FluxState = FluxState.TRANSMITTED, **changes: Any) -> Flux:
    """Return a flow that carries the bordereau of its number."""
    made = Flux(
        id=f"PESALR1_{COMMUNE}_2026_{number:06d}_{number:06d}",
        siret=COMMUNE,
        state=state,
        bordereaux=(f"COMMUNE-2026-{number}",),
        pieces=(),
        unsigned=FILE,
        signed=FILE,
        remote_id=str(1000 + number),
    )
    return replace(made, **changes)


def mandat(
    number: int, sheet: int = 1, state: MandatState = MandatState.SENT, amount: str = "10.00", **changes: Any
) -> Mandat:
    """Return a mandat in the bordereau of that number."""
    return replace(
        MANDAT,
        id=f"M2026-{number:06d}",
        number=number,
        state=state,
        bordereau=f"COMMUNE-2026-{sheet}",
        amount=Decimal(amount),
        **changes,
    )


def holdings(flows: tuple[Flux, ...], mandats: tuple[Mandat, ...] = (), **changes: Any) -> Holdings:
    """Return what the ledger holds of these."""
    sheets = {key: one.id for one in flows for key in one.bordereaux}
    empty = dict.fromkeys(
        ("invoices", "folders", "quarantined", "watched", "refused_intentions", "given_up", "structures", "answers"), ()
    )
    return Holdings(
        days_for=lambda _: 30,
        mandats=mandats,
        flux=flows,
        bordereaux=tuple(_sheet(key, nomfic, mandats) for key, nomfic in sheets.items()),
        **{**empty, **changes},
    )


def acquit(one: Flux, received_at: datetime = MONDAY, **changes: Any) -> Answer:
    """Return the acquit of a flow."""
    made = Answer(
        id=f"{AnswerKind.ACQUIT}:{one.remote_id}",
        kind=AnswerKind.ACQUIT,
        name=one.id,
        flux=one.id,
        received_at=received_at.astimezone(UTC),
        document=FILE,
        state=AnswerState.APPLIED,
    )
    return replace(made, **changes)


def _sheet(key: str, nomfic: str, mandats: tuple[Mandat, ...]) -> Bordereau:
    mine = [one for one in mandats if one.bordereau == key]
    return Bordereau(
        id=key,
        siret=COMMUNE,
        exercice=2026,
        number=int(key.rpartition("-")[2]),
        emitted_on=date(2026, 2, 27),
        mandats=tuple(one.id for one in mine),
        total=sum((one.amount for one in mine), ZERO),
        cumul=ZERO,
        flux=nomfic,
        prepared_by="agent",
    )
