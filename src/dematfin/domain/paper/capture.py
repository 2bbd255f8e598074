"""A capture: a document on paper that is not an invoice yet, until a person has entered what it says."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.machine import Machine
from dematfin.domain.paper.batch import Annex
from dematfin.domain.paper.proposals import Proposal


class CaptureState(StrEnum):
    """How far a document has gone."""

    TO_CONFIRM = "TO_CONFIRM"  # no sheet announced its pages, or they speak of two invoices: is it one?
    TO_ENTER = "TO_ENTER"
    ENTERED = "ENTERED"  # it is an invoice
    DISCARDED = "DISCARDED"  # a person says that it is none
    REPLACED = "REPLACED"  # its batch was cut again


LABELS: Final[dict[CaptureState, str]] = {
    CaptureState.TO_CONFIRM: "à confirmer",
    CaptureState.TO_ENTER: "à saisir",
    CaptureState.ENTERED: "saisi",
    CaptureState.DISCARDED: "écarté",
    CaptureState.REPLACED: "redécoupé",
}
WAITING: Final = (CaptureState.TO_CONFIRM, CaptureState.TO_ENTER)
CAPTURE_MACHINE: Final = Machine[CaptureState](
    {
        CaptureState.TO_CONFIRM: frozenset({CaptureState.TO_ENTER, CaptureState.DISCARDED, CaptureState.REPLACED}),
        CaptureState.TO_ENTER: frozenset(
            {CaptureState.ENTERED, CaptureState.TO_CONFIRM, CaptureState.DISCARDED, CaptureState.REPLACED}
        ),
        CaptureState.ENTERED: frozenset(),
        CaptureState.DISCARDED: frozenset({CaptureState.TO_ENTER, CaptureState.REPLACED}),
        CaptureState.REPLACED: frozenset(),
    },
    LABELS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture:
    """One document of a batch.

    Attributes:
        place: its place in the batch, from 1; `pages`: its pages there.
        key: `<SHA-256 of the original>:<first page>-<last page>`, the natural key of the invoice to be.
        document: its PDF; `annexes`: files that came with it.
        route, serial: what its sheet says; `siret`, `service`: where the configuration led that route when it was cut.
        proposals: what the document seems to say; `read` once somebody has looked.
        reason: why it waits for a confirmation, in French.
        invoice_id: what it has become.
    """

    id: str
    batch: str
    place: int
    pages: tuple[int, ...]
    key: str
    document: DocumentRef
    annexes: tuple[Annex, ...] = ()
    route: str = ""
    serial: str = ""
    siret: str = ""
    service: str = ""
    turn: int = 0
    state: CaptureState
    reason: str = ""
    read: bool = False
    proposals: tuple[Proposal, ...] = ()
    invoice_id: str = ""
    made_at: datetime


def capture_key(sha256: str, pages: tuple[int, ...], batch: str, *, forced: bool) -> str:
    """Return the natural key of a document; one that a person wants in twice has another."""
    again = f":{batch}" if forced else ""
    return f"{sha256}:{pages[0]}-{pages[-1]}{again}"
