"""A hand-over: something given to the finance software, once, with its receipt."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """One thing handed over.

    Attributes:
        id: `<kind>:<key>`: what makes it one, for ever.
        key: id of the invoice (and of its visa), of the mandat, or of the answer.
        delivery: the delivery that it went with: one file of rows may hold many.
        names: the files that appear for it in the exchange folder, in the order in which they appear.
        documents: their bytes, in the same order.
        done_at: when the last of them was in its place: its receipt.
    """

    id: str
    kind: HandOverKind
    key: str
    delivery: str
    names: tuple[str, ...]
    documents: tuple[DocumentRef, ...]
    state: HandOverState = HandOverState.STAGED
    staged_at: datetime
    done_at: datetime | None = None


def hand_over_id(kind: HandOverKind, key: str) -> str:
    """Name a hand-over."""
    return f"{kind}:{key}"
