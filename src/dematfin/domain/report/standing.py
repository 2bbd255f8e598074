"""Where everything stands on one day: what the director's home shows, from the facts of the month and of the week."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from dematfin.domain.report.at_risk import late, soon
from dematfin.domain.report.cost import WEEK, this_week
from dematfin.domain.report.delays import delays
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.owed import due, owed_on, total
from dematfin.domain.report.paid import payments
from dematfin.domain.report.period import Period
from dematfin.domain.report.returned import turned_down
from dematfin.domain.report.snapshot import Figures, Pile, Pressing
from dematfin.domain.report.waiting import amount, service_of, to_pay, waiting
from dematfin.domain.tally.stage import Stage
from dematfin.domain.tally.stay import Stay
from dematfin.domain.visa.task import VisaTask

SHOWN: Final = 10


def last_days(today: date) -> Period:
    """Return the seven days that end today."""
    return Period(key="semaine", label="sept derniers jours", first=today - timedelta(days=6), last=today)


def standing(month: Facts, week: Facts, tasks: Iterable[VisaTask]) -> Figures:
    """Return the figures of the day of a cut-off, from the facts of its month and of its last seven days.

    `tasks` are the visas that are late.
    """
    told, of_week, of_month = waiting(month), delays(payments(week).counted), delays(payments(month).counted)
    unpaid, claims = owed_on(told, month.today + WEEK, month), due(payments(month).counted, month)
    become_late, week_costs = this_week(told, month)
    risky = sorted(late(told, month) + soon(told, month), key=lambda stay: (stay.deadline, stay.invoice_id))
    desks = _desks(tasks, told.open)
    return Figures(
        stock=len(told.open),
        stock_ttc=amount(told.open),
        paid=of_week.count,
        paid_ttc=of_week.ttc,
        rejected=len(turned_down(week)),
        month_paid=of_month.count,
        dgp=of_month.mean,
        beyond=of_month.beyond,
        late_visas=len({stay.invoice_id for _, stay in desks}),
        interest=total(claims) + total(owed_on(told, month.today, month)),
        become_late=become_late,
        week_costs=week_costs,
        unknown_rates=any(one.owed is None for one in (*unpaid, *claims)),
        doubts=month.doubts,
        at_risk=_piles((service_of(stay), stay) for stay in risky),
        pressing=tuple(_pressing(stay) for stay in risky[:SHOWN]),
        desks=_piles(desks),
        held=_pile("", [stay for stay in told.open if stay.stage is Stage.TO_CORRECT]),
        on_hold=_pile("", [stay for stay in told.open if stay.stage is Stage.ON_HOLD]),
    )


def _desks(tasks: Iterable[VisaTask], stock: Iterable[Stay]) -> list[tuple[str, Stay]]:
    """Return the late folders with their desk; one that was decided since the cut-off is no more late."""
    waiting = {stay.invoice_id: stay for stay in stock if stay.stage is Stage.IN_VISA}
    return [(task.desk, waiting[task.invoice_id]) for task in tasks if task.invoice_id in waiting]


def _piles(named: Iterable[tuple[str, Stay]]) -> tuple[Pile, ...]:
    """Return a pile for each name, the largest first; those that nobody would read are one pile, without a name."""
    groups: dict[str, list[Stay]] = defaultdict(list)
    for name, stay in named:
        groups[name].append(stay)
    first = sorted(groups, key=lambda name: (-len(groups[name]), -to_pay(groups[name]), name))
    others = [stay for name in first[SHOWN:] for stay in groups[name]]
    piles = [_pile(name, groups[name]) for name in first[:SHOWN]]
    return (*piles, _pile("", others)) if others else tuple(piles)


def _pile(name: str, group: Sequence[Stay]) -> Pile:
    nearest = min((stay.deadline for stay in group), default=None)
    return Pile(name=name, invoices=len(group), ttc=to_pay(group), next_on=nearest)


def _pressing(stay: Stay) -> Pressing:
    return Pressing(
        invoice_id=stay.invoice_id,
        supplier=stay.supplier,
        number=stay.number,
        service=service_of(stay),
        stage=stay.stage,
        ttc=stay.owed,
        deadline=stay.deadline,
    )
