"""The figures of a week in a few lines, for the mail of Monday: what changed, what is at risk, how fast we pay."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.mail import Section, one_line
from dematfin.domain.money import french
from dematfin.domain.report.at_risk import SOON, late, soon
from dematfin.domain.report.averages import share
from dematfin.domain.report.cells import written
from dematfin.domain.report.cost import WEEK, sentence
from dematfin.domain.report.counted import added, counted, happened, invoices
from dematfin.domain.report.delays import delays
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.owed import owed_on, warnings
from dematfin.domain.report.paid import payments
from dematfin.domain.report.returned import turned_down
from dematfin.domain.report.table import FEW, Kind
from dematfin.domain.report.waiting import to_pay, waiting
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.stay import Stay


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
    for title, found in (
        ("Factures reçues", invoices(facts, What.CAME)),
        ("Factures refusées ou renvoyées au fournisseur", invoices(facts, What.REFUSED, What.SENT_BACK)),
        ("Mandats émis", happened(facts, What.MANDATED)),
    ):
        yield f"{title} : {_sum(counted(found), added(found))}"
    paid = delays(payments(facts).counted)
    yield f"Mandats payés : {_sum(paid.count, paid.ttc)}"
    back = turned_down(facts)
    yield f"Mandats rejetés ou refusés au guichet : {_sum(len(back), added(back))}"


def _watched(facts: Facts) -> Iterator[str]:
    yield from facts.doubts
    told = waiting(facts)
    near, behind = soon(told, facts), late(told, facts)
    yield f"Délai légal qui finit dans les {SOON} jours ouvrés : {_of(near)}{_by_service(near)}"
    yield f"Délai légal dépassé, à payer : {_of(behind)}{_by_service(behind)}"
    yield sentence(told, facts)
    yield from warnings(owed_on(told, facts.today + WEEK, facts))


def _paid(facts: Facts) -> Iterator[str]:
    paid = delays(payments(facts).counted)
    if not paid.count:
        yield "Aucun mandat payé"
        return
    few = f" ; moins de {FEW} mandats, cela dit peu" if paid.count < FEW else ""
    mean = written(paid.mean, Kind.DAYS)
    yield f"Délai global moyen : {mean}, sur {_orders(paid.count)}{few}"
    part = written(share(paid.beyond, paid.count), Kind.RATE)
    yield f"Payés au-delà de {DAYS} jours : {_orders(paid.beyond)}, soit {part} (objectif national : 20 % au plus)"


def _by_service(stays: Sequence[Stay]) -> str:
    counts = Counter(one_line(one.service) or "sans service" for one in stays)
    told = ", ".join(f"{service} : {count}" for service, count in sorted(counts.items()))
    return f" ({told})" if told else ""


def _of(stays: Sequence[Stay]) -> str:
    return f"{_bills(len(stays))}, {french(to_pay(stays))}" if stays else "aucune facture"


def _sum(count: int, amount: Decimal) -> str:
    return f"{count}, {french(amount)}" if count else "0"


def _bills(count: int) -> str:
    return f"{count} facture{'s' if count > 1 else ''}"


def _orders(count: int) -> str:
    return f"{count} mandat{'s' if count > 1 else ''}"
