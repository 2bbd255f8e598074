"""Where everything stands on one day: what the director's home shows, from the facts of the month and of the week."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from dematfin.domain.delay.dgp import DAYS
from dematfin.domain.money import ZERO
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.period import Period
from dematfin.domain.report.snapshot import Figures, Pile, Pressing
from dematfin.domain.tally.happening import What
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stage import AT_THE_COMPTABLE, STOPPED, Stage
from dematfin.domain.tally.stay import Stay
from dematfin.domain.visa.task import VisaTask

SOON: Final = 5
"""Working days."""
SHOWN: Final = 10
NO_SERVICE: Final = "sans service"
TURNED_DOWN: Final = frozenset({What.MANDAT_REJECTED, What.MANDAT_REFUSED})


def last_days(today: date) -> Period:
    """Return the seven days that end today."""
    return Period(key="semaine", label="sept derniers jours", first=today - timedelta(days=6), last=today)


def standing(month: Facts, week: Facts, tasks: Iterable[VisaTask]) -> Figures:
    """Return the figures of the day of a cut-off, from the facts of its month and of its last seven days.

    `tasks` are the visas that are late.
    """
    stock = [stay for stay in month.stock if not stay.is_credit_note]
    paid = [one for one in week.settlements if _counts(one)]
    delays = [(one.paid_on - one.start).days for one in month.settlements if _counts(one)]
    risky = sorted(_at_risk(month, stock), key=lambda stay: (stay.deadline, stay.invoice_id))
    late = _late(tasks, stock)
    return Figures(
        stock=len(stock),
        stock_ttc=_sum(stock),
        paid=len(paid),
        paid_ttc=sum((one.ttc for one in paid), ZERO),
        rejected=sum(one.count for one in week.happenings if one.what in TURNED_DOWN),
        month_paid=len(delays),
        dgp=(Decimal(sum(delays)) / len(delays)).quantize(Decimal("0.1")) if delays else None,
        beyond=sum(days > DAYS for days in delays),
        late_visas=len({stay.invoice_id for _, stay in late}),
        at_risk=_piles((stay.service or NO_SERVICE, stay) for stay in risky),
        pressing=tuple(_pressing(stay) for stay in risky[:SHOWN]),
        desks=_piles(late),
        held=_pile("", [stay for stay in stock if stay.stage is Stage.TO_CORRECT]),
        on_hold=_pile("", [stay for stay in stock if stay.stage is Stage.ON_HOLD]),
    )


def _counts(one: Settlement) -> bool:
    return one.ttc > 0 and not one.after_payment


def _at_risk(facts: Facts, stock: Iterable[Stay]) -> Iterable[Stay]:
    limit = facts.calendar.add_working_days(facts.today, SOON)
    return (one for one in stock if one.deadline <= limit and one.stage not in STOPPED | AT_THE_COMPTABLE)


def _late(tasks: Iterable[VisaTask], stock: Iterable[Stay]) -> list[tuple[str, Stay]]:
    """Return the late folders with their desk; one that was decided since the cut-off is no more late."""
    waiting = {stay.invoice_id: stay for stay in stock if stay.stage is Stage.IN_VISA}
    return [(task.desk, waiting[task.invoice_id]) for task in tasks if task.invoice_id in waiting]


def _piles(named: Iterable[tuple[str, Stay]]) -> tuple[Pile, ...]:
    """Return a pile for each name, the one that presses most first."""
    groups: dict[str, list[Stay]] = defaultdict(list)
    for name, stay in named:
        groups[name].append(stay)
    piles = [_pile(name, group) for name, group in groups.items()]
    return tuple(sorted(piles, key=lambda pile: (-pile.invoices, -pile.ttc, pile.name)))


def _pile(name: str, group: Sequence[Stay]) -> Pile:
    nearest = min((stay.deadline for stay in group), default=None)
    return Pile(name=name, invoices=len(group), ttc=_sum(group), next_on=nearest)


def _pressing(stay: Stay) -> Pressing:
    return Pressing(
        invoice_id=stay.invoice_id,
        supplier=stay.supplier,
        number=stay.number,
        service=stay.service or NO_SERVICE,
        stage=stay.stage,
        ttc=stay.ttc,
        deadline=stay.deadline,
    )


def _sum(group: Iterable[Stay]) -> Decimal:
    return sum((stay.ttc for stay in group), ZERO)
