"""Late interest on many requests: what is known of it, and the rates that nobody has entered."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, TypeAlias

from dematfin.domain.delay.interest import Interest, interest
from dematfin.domain.money import ZERO
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.waiting import Waiting
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay
from dematfin.errors import RuleError

PARTIAL: Final = "Les totaux ne portent que sur les factures dont le taux est connu."


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What one supplier may ask for; `owed` None: its rate is not known, `unknown` says what to enter."""

    about: Stay | Settlement
    base: Decimal
    until: date
    owed: Interest | None
    unknown: str = ""


Claims: TypeAlias = tuple[Claim, ...]


def due(mandats: Iterable[Settlement], facts: Facts) -> Claims:
    """Return what is due on mandats that were paid late."""
    found = ((one, _claim(one, one.late_base, one.paid_on, facts)) for one in mandats if one.late)
    return _in_order(_without_flat(claim) if one.claimed else claim for one, claim in found)


def owed_on(told: Waiting, day: date, facts: Facts) -> Claims:
    """Return what would be due on invoices that still wait, were they paid on a day."""
    late = (one for one in told.running if one.deadline < day)
    return _in_order(_claim(one, one.owed, day, facts) for one in late)


def known(claims: Iterable[Claim]) -> Iterator[Interest]:
    """Yield what could be computed."""
    return (one.owed for one in claims if one.owed is not None)


def total(claims: Iterable[Claim]) -> Decimal:
    """Add interest and flat sums, as far as they are known."""
    return sum((one.total for one in known(claims)), ZERO)


def written(claims: Claims) -> Decimal | None:
    """Return that total as a table shows it: nothing rather than zero where no rate is known."""
    return total(claims) if not claims or any(known(claims)) else None


def warnings(claims: Iterable[Claim]) -> tuple[str, ...]:
    """Name each rate that lacks, and say what totals leave out."""
    lacks = tuple(sorted({one.unknown for one in claims if one.unknown}))
    return (*lacks, PARTIAL) if lacks else ()


def _claim(about: Stay | Settlement, base: Decimal, until: date, facts: Facts) -> Claim:
    try:
        return Claim(about=about, base=base, until=until, owed=interest(base, about.deadline, until, facts.rates))
    except RuleError as unknown:
        return Claim(about=about, base=base, until=until, owed=None, unknown=str(unknown))


def _without_flat(claim: Claim) -> Claim:
    return replace(claim, owed=replace(claim.owed, flat=ZERO)) if claim.owed else claim


def _in_order(claims: Iterable[Claim]) -> Claims:
    return tuple(sorted(claims, key=lambda one: (one.about.deadline, one.about.id)))
