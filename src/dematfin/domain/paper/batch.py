"""A batch: one file as a copier, a mailbox or a USB key gave it, kept for ever as it came."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.finding import Finding
from dematfin.domain.machine import Machine


class Door(StrEnum):
    """By which folder a file came."""

    SHEETS = "feuilles"  # a stack with separator sheets
    SINGLE = "factures"  # one invoice a file


class BatchState(StrEnum):
    """How far a batch has gone."""

    ARRIVED = "ARRIVED"
    HELD = "HELD"  # a sheet may have been missed: somebody decides once
    PUBLISHED = "PUBLISHED"  # its documents exist
    QUARANTINED = "QUARANTINED"  # cannot be taken apart safely
    DUPLICATE = "DUPLICATE"  # the very same file came before
    DISCARDED = "DISCARDED"  # a person says that it holds no invoice


LABELS: Final[dict[BatchState, str]] = {
    BatchState.ARRIVED: "arrivé",
    BatchState.HELD: "à vérifier",
    BatchState.PUBLISHED: "découpé",
    BatchState.QUARANTINED: "en quarantaine",
    BatchState.DUPLICATE: "doublon",
    BatchState.DISCARDED: "écarté",
}
BATCH_MACHINE: Final = Machine[BatchState](
    {
        BatchState.ARRIVED: frozenset({BatchState.HELD, BatchState.PUBLISHED, BatchState.QUARANTINED}),
        BatchState.HELD: frozenset({BatchState.PUBLISHED, BatchState.QUARANTINED, BatchState.DISCARDED}),
        BatchState.PUBLISHED: frozenset({BatchState.PUBLISHED, BatchState.DISCARDED}),
        BatchState.QUARANTINED: frozenset({BatchState.ARRIVED, BatchState.DISCARDED}),
        BatchState.DUPLICATE: frozenset({BatchState.ARRIVED, BatchState.DISCARDED}),
        BatchState.DISCARDED: frozenset(),
    },
    LABELS,
)
ASIDE: Final = (BatchState.HELD, BatchState.QUARANTINED, BatchState.DUPLICATE)
"""What waits for a person."""
ANNOUNCED: Final = re.compile(r"lot[_ -](\d{1,4})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Annex:
    """A file that came beside the invoice, in its folder; `name` is data, never a path."""

    name: str
    document: DocumentRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One file that came in.

    Attributes:
        claim: under which name the folder gave it, so that a run which was killed takes it once only.
        name, place: the file's name and that of its sub-folder: data, never a path.
        original: its bytes, never changed; `pdf` is the same, or the PDF that an image was wrapped in.
        received_on: day when the paper arrived, said by a person: the legal delay runs from it. None until then.
        expected: number of invoices that its folder announced (`lot_12`).
        pages: how many it has; 0 before it was looked at.
        reason: stable code of its quarantine; `error` says it in French.
        twin: the batch of which it is a duplicate.
        forced: a person wants it in although the same file came before.
        manifest: what was made of it, page by page, as evidence.
    """

    id: str
    claim: str = ""
    door: Door
    name: str
    place: str = ""
    original: DocumentRef
    fingerprint: str
    pdf: DocumentRef | None = None
    annexes: tuple[Annex, ...] = ()
    state: BatchState = BatchState.ARRIVED
    taken_at: datetime
    received_on: date | None = None
    expected: int | None = None
    pages: int = 0
    duplex: bool = False
    remarks: tuple[Finding, ...] = ()
    reason: str = ""
    error: str = ""
    twin: str = ""
    forced: bool = False
    manifest: DocumentRef | None = None

    @property
    def label(self) -> str:
        """How an agent is told of it."""
        return f"Lot {self.id} ({self.name})"


def announced(place: str) -> int | None:
    """Return the number of invoices that a folder's name announces.

    >>> announced("lot_12"), announced("copieur")
    (12, None)
    """
    found = ANNOUNCED.fullmatch(place)
    return int(found[1]) if found else None
