"""What is in flight: what has left and is not acquitted, and the mandats of which the comptable has not spoken."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.delay.elapsed import age
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import ZERO
from dematfin.domain.reception import Answer, AnswerKind

LEFT: Final = frozenset({FluxState.SENDING, FluxState.TO_VERIFY, FluxState.TRANSMITTED})
"""The TdT has it, or may have it, and no acquit came back."""
UNSPOKEN: Final = frozenset({MandatState.IN_BORDEREAU, MandatState.SENT})


class Awaited(StrEnum):
    """Whose word a flow waits for."""

    ARRIVAL = "preuve de son arrivée au TdT"
    ACQUIT = "acquit d'Hélios"
    COMPTABLE = "parole du comptable"


@dataclass(frozen=True, slots=True, kw_only=True)
class InFlight:
    """What of one flow is still awaited.

    Attributes:
        since: when the wait began, None when nobody wrote it down; `age` says it in words.
        mandats: how many of its mandats nobody has spoken of; `total` their euros, annulations counted as negative.
        pieces: documents that it carries.
    """

    nomfic: str
    bordereaux: tuple[str, ...]
    awaited: Awaited
    since: datetime | None
    age: str
    mandats: int
    total: Decimal
    pieces: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What is looked through: flows, their bordereaux and acquits, and the mandats that may still be unspoken of."""

    flux: Sequence[Flux]
    bordereaux: Sequence[Bordereau]
    mandats: Sequence[Mandat]
    answers: Sequence[Answer]


def in_flight(held: Sent, now: datetime) -> tuple[InFlight, ...]:
    """Return what is in flight, the oldest first; each mandat is counted in one row."""
    sheets: dict[str, list[Mandat]] = {}
    for mandat in held.mandats:
        if mandat.state in UNSPOKEN:
            sheets.setdefault(mandat.bordereau, []).append(mandat)
    carrying = {sheet.id: sheet.flux for sheet in held.bordereaux}
    answered = {
        one.flux: one.received_at
        for one in sorted(held.answers, key=lambda one: one.received_at, reverse=True)
        if one.kind is AnswerKind.ACQUIT
    }
    rows = [row for flux in held.flux if (row := _row(flux, _unspoken(flux, sheets, carrying), answered, now))]
    return tuple(sorted(rows, key=lambda row: (row.since is not None, row.since or now, row.nomfic)))


def counted(rows: Iterable[InFlight], awaited: Awaited | None = None) -> tuple[int, int, Decimal]:
    """Return how many flows, how many mandats and how many euros await one word, or any."""
    kept = [row for row in rows if awaited in (None, row.awaited)]
    return len(kept), sum(row.mandats for row in kept), sum((row.total for row in kept), ZERO)


def _unspoken(flux: Flux, sheets: Mapping[str, list[Mandat]], carrying: Mapping[str, str]) -> Iterator[Mandat]:
    for key in flux.bordereaux:
        if carrying.get(key) == flux.id:
            yield from sheets.get(key, ())


def _row(flux: Flux, unspoken: Iterator[Mandat], answered: Mapping[str, datetime], now: datetime) -> InFlight | None:
    mandats: Sequence[Mandat] = tuple(unspoken)
    awaited, since = _awaited(flux), flux.sent_at or flux.sending_since
    if awaited is Awaited.COMPTABLE:
        mandats = tuple(one for one in mandats if one.state is MandatState.SENT)
        since = answered.get(flux.id, since)
    if awaited is None or (awaited is Awaited.COMPTABLE and not mandats):
        return None
    return InFlight(
        nomfic=flux.id,
        bordereaux=flux.bordereaux,
        awaited=awaited,
        since=since,
        age=age(since, now) if since else "date inconnue",
        mandats=len(mandats),
        total=sum((_signed(one) for one in mandats), ZERO),
        pieces=len(flux.pieces),
    )


def _awaited(flux: Flux) -> Awaited | None:
    if flux.state is FluxState.ACKNOWLEDGED:
        return Awaited.COMPTABLE
    if flux.state is FluxState.TRANSMITTED:
        return Awaited.ACQUIT
    return Awaited.ARRIVAL if flux.state in LEFT else None


def _signed(mandat: Mandat) -> Decimal:
    return -mandat.amount if mandat.kind is MandatKind.REDUCTION else mandat.amount
