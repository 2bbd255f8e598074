"""What is counted: happenings of some kinds, credit notes apart, and what they add up to."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from dematfin.domain.money import ZERO
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.grouping import NO_SERVICE
from dematfin.domain.tally.happening import Happening, What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay


def happened(facts: Facts, *kinds: What) -> list[Happening]:
    """Return the happenings of some kinds."""
    return [one for one in facts.happenings if one.what in kinds]


def invoices(facts: Facts, *kinds: What) -> list[Happening]:
    """Return those of invoices alone: a credit note lessens what is due, it is counted apart."""
    return [one for one in happened(facts, *kinds) if one.amount >= 0]


def credit_notes(facts: Facts, *kinds: What) -> str:
    """Say how many credit notes were left out."""
    count = sum(one.amount < 0 for one in happened(facts, *kinds))
    return f"Les avoirs n'y sont pas, ils sont comptés à part : {count}."


def told(items: Iterable[Happening], *kinds: What) -> int:
    """Count the happenings of some kinds among others."""
    return sum(one.what in kinds for one in items)


def added(items: Iterable[Happening]) -> Decimal:
    """Add amounts up."""
    return sum((one.amount for one in items), ZERO)


def counted(items: Iterable[Happening]) -> int:
    """Count how many things happenings tell: one may tell several, a second line of one mandat tells none."""
    return sum(one.count for one in items)


def distinct(items: Iterable[Happening]) -> int:
    """Count what the happenings are about, each thing once."""
    return len({one.about for one in items})


def supplier_key(one: Happening) -> tuple[str]:
    """Return what a firm is known by: its SIREN, else its name."""
    return (one.supplier_siren or one.supplier,)


def supplier_name(one: Happening) -> tuple[str]:
    """Return what a firm is called."""
    return (one.supplier,)


def service_of(one: Happening | Settlement | Stay) -> tuple[str]:
    """Return the service of the invoice that a fact is about."""
    return (one.service or NO_SERVICE,)


def reason_key(one: Happening) -> tuple[str, ...]:
    """Return what a refusal is grouped by: its stable code, else its words."""
    return (one.code or one.motif,)


def only(items: Sequence[Happening], *kinds: What) -> list[Happening]:
    """Keep the happenings of some kinds among others."""
    return [one for one in items if one.what in kinds]
