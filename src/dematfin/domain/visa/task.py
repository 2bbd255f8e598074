"""What lies on a desk: one row a folder and a desk, in the order in which a head of service should take it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from dematfin.domain.visa.folder import VisaFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class VisaTask:
    """One folder on one desk.

    Attributes:
        id: `<folder>/<desk>`.
        waiting: false once the desk has spoken, or the folder has left.
        pay_by: end of the legal delay of payment; `due_on` of the visa.
        urgency: what the queue is ordered by: first `pay_by`, then `due_on`, then the folder.
    """

    id: str
    folder: str
    invoice_id: str
    desk: str
    waiting: bool
    due_on: date
    pay_by: date
    urgency: str


def tasks(folder: VisaFolder, before: VisaFolder | None, pay_by: date) -> Iterator[VisaTask]:
    """Yield the rows that a change of a folder writes."""
    waiting = frozenset(folder.desks)
    left = frozenset(before.desks if before else ()) - waiting
    due_on = folder.due_on or pay_by
    for desk in sorted(waiting | left):
        yield VisaTask(
            id=f"{folder.id}/{desk}",
            folder=folder.id,
            invoice_id=folder.invoice_id,
            desk=desk,
            waiting=desk in waiting,
            due_on=due_on,
            pay_by=pay_by,
            urgency=f"{pay_by} {due_on} {folder.id}",
        )
