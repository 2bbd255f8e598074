"""The figures of a week in a few lines, for the mail of Monday: what changed, what is at risk, how fast we pay."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.delay.interest import interest
from dematfin.domain.mail import Section, one_line
from dematfin.domain.money import ZERO, french
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.table import FEW
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import STOPPED
from dematfin.domain.tally.stay import Stay
from dematfin.errors import RuleError

SOON: Final = 5
"""Working days before the deadline from which an invoice is at risk."""
WEEK: Final = timedelta(days=7)
ONE_DECIMAL: Final = Decimal("0.1")
REJECTED: Final = frozenset({What.MANDAT_HELD, What.MANDAT_REJECTED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Monday:
    """What the mail is written from.

    Attributes:
        week, month: the last ones that are over and counted whole; now: as far as the journal has been counted.
    """

    week: Facts
    now: Facts
    month: Facts


def brief(monday: Monday, web_url: str) -> tuple[Section, ...]:
    """Write the figures down; `web_url` leads to all of them."""
    week, now, month = monday.week, monday.now, monday.month
    more = [("Tous les chiffres, tableau par tableau", f"{web_url}/")] if web_url else []
    return (
        Section(title=f"Ce qui a changé, {week.period.label}", lines=_plain(_changed(week))),
        Section(title=f"À surveiller, au {now.cutoff:%d/%m/%Y à %H:%M}", lines=_plain(_watched(now))),
        Section(title=f"Délai de paiement, {month.period.label}", lines=(*_plain(_paid(month)), *more)),
    )


def _plain(lines: Iterator[str]) -> tuple[tuple[str, str], ...]:
    return tuple((words, "") for words in lines)


def _changed(facts: Facts) -> Iterator[str]:
    for title, kinds in (
        ("Factures reçues", {What.CAME}),
        ("Factures refusées ou renvoyées au fournisseur", {What.REFUSED, What.SENT_BACK}),
        ("Mandats émis", {What.MANDATED}),
    ):
        yield f"{title} : {_told(facts, kinds)}"
    paid = _waited_for(facts.settlements)
    yield f"Mandats payés : {_sum(len(paid), sum((one.ttc for one in paid), ZERO))}"
    yield f"Mandats suspendus ou rejetés par le comptable : {_told(facts, REJECTED)}"


def _told(facts: Facts, kinds: Collection[What]) -> str:
    found = [one for one in facts.happenings if one.what in kinds]
    return _sum(len(found), sum((one.amount for one in found), ZERO))


def _watched(facts: Facts) -> Iterator[str]:
    running = [one for one in facts.stock if not one.is_credit_note and one.stage not in STOPPED]
    last = facts.calendar.add_working_days(facts.today, SOON)
    soon = [one for one in running if facts.today <= one.deadline <= last]
    late = [one for one in running if one.deadline < facts.today]
    yield f"Délai légal qui finit dans les {SOON} jours ouvrés : {_of(soon)}{_by_service(soon)}"
    yield f"Délai légal dépassé, à payer : {_of(late)}{_by_service(late)}"
    yield _waiting(running, facts)


def _waiting(running: Sequence[Stay], facts: Facts) -> str:
    """Say what a week without a payment adds to what is owed already."""
    try:
        added = [more for one in running if (more := _added(one, facts))]
    except RuleError as error:
        return f"Ce que coûte une semaine d'attente n'est pas calculé. {error}"
    if not added:
        return "Si rien n'est payé d'ici une semaine : aucun intérêt moratoire de plus."
    cost = french(sum(added, ZERO))
    return f"Si rien n'est payé d'ici une semaine : {_bills(len(added))}, {cost} d'intérêts moratoires de plus"


def _added(stay: Stay, facts: Facts) -> Decimal:
    owed, later = (interest(stay.ttc, stay.deadline, day, facts.rates) for day in (facts.today, facts.today + WEEK))
    return later.total - owed.total


def _paid(facts: Facts) -> Iterator[str]:
    paid = _waited_for(facts.settlements)
    if not paid:
        yield "Aucun mandat payé"
        return
    days = [(one.paid_on - one.start).days for one in paid]
    beyond = sum(count > DAYS for count in days)
    few = f" ; moins de {FEW} mandats, cela dit peu" if len(paid) < FEW else ""
    yield f"Délai global moyen : {_decimal(Decimal(sum(days)) / len(days))} jours, sur {_orders(len(paid))}{few}"
    share = _decimal(Decimal(100 * beyond) / len(days))
    yield f"Payés au-delà de {DAYS} jours : {_orders(beyond)}, soit {share} % (objectif national : 20 % au plus)"


def _waited_for(settlements: Sequence[Settlement]) -> list[Settlement]:
    """What left by itself was never waited for."""
    return [one for one in settlements if not one.after_payment]


def _by_service(stays: Sequence[Stay]) -> str:
    counts = Counter(one_line(one.service) or "sans service" for one in stays)
    told = ", ".join(f"{service} : {count}" for service, count in sorted(counts.items()))
    return f" ({told})" if told else ""


def _of(stays: Sequence[Stay]) -> str:
    return f"{_bills(len(stays))}, {french(sum((one.ttc for one in stays), ZERO))}" if stays else "aucune facture"


def _sum(count: int, amount: Decimal) -> str:
    return f"{count}, {french(amount)}" if count else "0"


def _bills(count: int) -> str:
    return f"{count} facture{'s' if count > 1 else ''}"


def _orders(count: int) -> str:
    return f"{count} mandat{'s' if count > 1 else ''}"


def _decimal(value: Decimal) -> str:
    return f"{value.quantize(ONE_DECIMAL, ROUND_HALF_UP)}".replace(".", ",")
