"""What came through a door, before it is an invoice or a verdict: kept whatever it turns out to be."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.chorus import Passage


class ReceptionState(StrEnum):
    """How far the reading of an announced invoice has gone."""

    LISTED = "LISTED"  # announced, not fetched yet
    READ = "READ"  # it became an invoice
    QUARANTINED = "QUARANTINED"  # its bytes are kept, nobody can read them yet
    GONE = "GONE"  # it was taken from us before we read it; it may be announced again
    WATCHED = "WATCHED"  # its status means nothing to us: a person must look, it may be announced again


UNREAD: Final = (ReceptionState.LISTED, ReceptionState.QUARANTINED)
"""Announced, and nobody knows yet what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reception:
    """One invoice announced by a neighbour.

    Attributes:
        id: the neighbour's own identifier.
        status, status_at: what the neighbour showed when it was last listed, in its own words.
        status_on: day of that status, None when it is not told.
        elsewhere: first seen as already certified, mandated or paid by somebody else.
        raw: the bytes, stored before any reading; `passages` came with them.
        error: why it is in quarantine, or why its last download failed, in French.
    """

    id: str
    number: str
    status: str
    status_at: str
    status_on: date | None = None
    elsewhere: bool = False
    state: ReceptionState = ReceptionState.LISTED
    raw: DocumentRef | None = None
    passages: tuple[Passage, ...] = ()
    invoice_id: str = ""
    error: str = ""


class AnswerKind(StrEnum):
    """What the DGFiP sends through the TdT."""

    ACQUIT = "ACQUIT"
    RETOUR = "RETOUR"


class AnswerState(StrEnum):
    """How far the reading of an answer has gone."""

    STORED = "STORED"
    APPLIED = "APPLIED"
    QUARANTINED = "QUARANTINED"
    DIFFERENT = "DIFFERENT"  # kept, not applied: another answer was applied to its flow, a person must look


TO_TELL: Final = (AnswerState.APPLIED, AnswerState.QUARANTINED, AnswerState.DIFFERENT)
"""What was read; some of it leaves a remark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One acquit or retour, stored before it is read and applied once.

    Attributes:
        id: what it is by what it says, `answer_id`; `<kind>:<remote id>` in the oldest rows.
        flux: NomFic of the flow that it answers, empty for a retour.
    """

    id: str
    kind: AnswerKind
    name: str
    flux: str = ""
    received_at: datetime
    document: DocumentRef
    state: AnswerState = AnswerState.STORED
    remarks: tuple[str, ...] = ()


def answer_id(kind: AnswerKind, flux: str, sha256: str) -> str:
    """Name an answer by its bytes: the same ones are one answer under any number, other ones another answer.

    >>> answer_id(AnswerKind.RETOUR, "", "ab" * 32)
    'RETOUR:abababababababababababababababab'
    """
    return ":".join(filter(None, (kind, flux, sha256[:32])))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """How far a neighbour's list has been read."""

    id: str
    day: date
