"""A hand-over to an archive service (SAE): what was put in its folder, and its acknowledgement."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef


class TransferState(StrEnum):
    """How far a hand-over has gone."""

    MADE = "MADE"  # nothing of it is eliminated
    CONFIRMED = "CONFIRMED"
    DROPPED = "DROPPED"  # the service has not taken it


WORDS: Final = {
    TransferState.MADE: "attend son accusé",
    TransferState.CONFIRMED: "confirmé",
    TransferState.DROPPED: "abandonné",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One hand-over.

    Attributes:
        id: `V2027-000001` style, allotted by the ledger.
        kind: the class that it was narrowed to, empty for all.
        manifest: what it holds, a JSON line a document.
        receipt, receipt_on: the acknowledgement of the service.
    """

    id: str
    state: TransferState = TransferState.MADE
    exercice: int
    kind: str = ""
    manifest: DocumentRef
    dossiers: int
    documents: int
    size: int
    made_by: str
    made_at: datetime
    receipt: str = ""
    receipt_on: date | None = None
    confirmed_by: str = ""
