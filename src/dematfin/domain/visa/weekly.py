"""Figures of a week of visas, for the direction: what came, what was decided and how fast, what is late now."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Final

from dematfin.domain.mail import Attachment, Section
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.step import DECIDED, FolderStep

FOR_THE_COMPTABLE: Final = 10
"""Days of the legal delay that are the comptable's (décret 2013-269, art. 12): with fewer left, it is at risk."""
LONG: Final = timedelta(days=90)
"""A visa that was due longer ago than this is no more looked for among those decided in a week."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """Seven days, from `starts_on`.

    Attributes:
        received, decided, in_time: steps of folders.
        median_days: from the arrival at a desk to its decision; None when nothing was decided.
        late: how many folders are late now at each desk.
        at_risk: ids of invoices in circuit whose legal delay is nearly over.
        figures, attachments: what the direction reads besides, of payments.
    """

    starts_on: date
    received: int
    decided: int
    in_time: int
    median_days: int | None
    late: tuple[tuple[str, int], ...]
    at_risk: tuple[str, ...]
    figures: tuple[Section, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def week(
    starts_on: date,
    folders: Iterable[VisaFolder],
    in_circuit: Iterable[tuple[VisaFolder, date]],
    today: date,
    day_of: Callable[[datetime], date],
) -> Week:
    """Return the figures of seven days; folders in circuit come with the end of their legal delay."""
    steps = [step for folder in folders for step in folder.steps if step.activated_on and step.due_on]
    ends_on = starts_on + timedelta(days=6)
    spans = [span for step in steps if (span := _span(step, day_of)) and starts_on <= span[1] <= ends_on]
    waiting = list(in_circuit)
    late = Counter(desk for folder, _ in waiting if folder.is_late(today) for desk in folder.desks)
    limit = today + timedelta(days=FOR_THE_COMPTABLE)
    return Week(
        starts_on=starts_on,
        received=sum(starts_on <= step.activated_on <= ends_on for step in steps if step.activated_on),
        decided=len(spans),
        in_time=sum(end <= due for _, end, due in spans),
        median_days=round(median((end - start).days for start, end, _ in spans)) if spans else None,
        late=tuple(sorted(late.items())),
        at_risk=tuple(sorted(folder.invoice_id for folder, pay_by in waiting if pay_by < limit)),
    )


def _span(step: FolderStep, day_of: Callable[[datetime], date]) -> tuple[date, date, date] | None:
    """Return when a decided step began, was decided, and was due."""
    if step.state not in DECIDED or step.activated_on is None or step.due_on is None or not step.decisions:
        return None
    return step.activated_on, day_of(step.decisions[-1].at), step.due_on
