"""A hand-over: something given to the finance software, once, with its receipt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef


class HandOverKind(StrEnum):
    """What is handed over."""

    INVOICE = "facture"  # a visaed invoice, for the finance software to mandate
    JOURNAL = "journal"  # mandats that dematfin made
    ACQUIT = "acquit"  # an answer of the DGFiP, untouched
    RETOUR = "retour"


class HandOverState(StrEnum):
    """How far it has gone."""

    STAGED = "STAGED"  # written beside its place; killed here, its last rename is made or found made
    DONE = "DONE"
    GONE = "GONE"  # what was handed over is not to be paid any more, and a person was told of it
    ABSENT = "ABSENT"  # a person said that it is not there, or no more: once visaed, it is handed over again


WORDS: Final = {
    HandOverState.STAGED: "préparé, pas encore en place",
    HandOverState.DONE: "remis",
    HandOverState.GONE: "remis, à retirer là-bas",
    HandOverState.ABSENT: "remis, mais absent là-bas",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A document under the name that it is handed over with; `main`: an invoice itself, not what goes with it."""

    name: str
    document: DocumentRef
    main: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One thing handed over.

    Attributes:
        id: `<kind>:<key>`, and its rank when it was handed over again: what makes it one, for ever.
        key: id of the invoice, of the bordereau, or of the answer.
        said: what it said, as a fingerprint, or the flow of a bordereau: what says the same is not handed over again.
        delivery: the delivery that it went with: one file of rows may hold many.
        names: the files that appear for it in the exchange folder, in the order in which they appear.
        documents: their bytes, in the same order.
        done_at: when the last of them was in its place: its receipt.
    """

    id: str
    kind: HandOverKind
    key: str
    said: str
    delivery: str
    names: tuple[str, ...]
    documents: tuple[DocumentRef, ...]
    state: HandOverState = HandOverState.STAGED
    staged_at: datetime
    done_at: datetime | None = None


def hand_over_id(kind: HandOverKind, key: str, rank: int = 1) -> str:
    """Name a hand-over.

    >>> hand_over_id(HandOverKind.INVOICE, "F2026-000001"), hand_over_id(HandOverKind.INVOICE, "F2026-000001", 2)
    ('facture:F2026-000001', 'facture:F2026-000001/2')
    """
    return f"{kind}:{key}" if rank == 1 else f"{kind}:{key}/{rank}"


def delivered_names(records: Sequence[HandOver]) -> tuple[str, ...]:
    """Return the files of a delivery in the order in which they appear: what says that all are there is the last."""
    return tuple(reversed(dict.fromkeys(name for one in reversed(records) for name in reversed(one.names))))
