"""Where a town stands: whether anything still moves, and what of it waits for somebody."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from crash.chain.people import People
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.exchange.hand_over import HandOver, HandOverState
from dematfin.domain.intention import Intention, IntentionState
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.paper.capture import Capture, CaptureState
from dematfin.domain.reception import Reception, ReceptionState
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.remote import RemoteFolder, RemoteState

ENDED: Final[dict[type[Any], frozenset[Any]]] = {
    Reception: frozenset({ReceptionState.READ, ReceptionState.GONE}),
    Batch: frozenset({BatchState.PUBLISHED, BatchState.DUPLICATE, BatchState.DISCARDED}),
    Capture: frozenset({CaptureState.ENTERED, CaptureState.DISCARDED, CaptureState.REPLACED}),
    Invoice: frozenset({InvoiceState.TO_PAY, InvoiceState.SENT_BACK, InvoiceState.REFUSED, InvoiceState.CANCELLED}),
    VisaFolder: frozenset({FolderState.APPROVED, FolderState.REFUSED, FolderState.WITHDRAWN}),
    RemoteFolder: frozenset({RemoteState.CLOSED, RemoteState.WITHDRAWN}),
    Intention: frozenset({IntentionState.DONE, IntentionState.GIVEN_UP}),
    Mandat: frozenset({MandatState.PAID, MandatState.CANCELLED}),
    Flux: frozenset({FluxState.ACKNOWLEDGED, FluxState.DROPPED, FluxState.REFUSED_BY_TDT}),
    EditorFlow: frozenset({EditorFlowState.COMPLETED, EditorFlowState.DROPPED}),
    HandOver: frozenset({HandOverState.DONE, HandOverState.GONE, HandOverState.ABSENT}),
}
"""The states in which nobody has anything left to do, for each thing that is followed."""


def standing(people: People) -> Any:
    """Return all that may move."""
    with people.app.ledger.reading() as books:
        found = {kind: books.find(kind) for kind in ENDED}
    flows = tuple(replace(one, asked_at=None) for one in found.pop(Flux))
    return flows, found


def is_settled(people: People) -> bool:
    """Say whether all has come to its end."""
    with people.app.ledger.reading() as books:
        return bool(books.find(Mandat)) and not any(_open(books))


def _open(books: Any) -> Iterator[Any]:
    for kind, ended in ENDED.items():
        for one in books.find(kind):
            if one.state not in ended:
                yield one


def open_ones(books: Any) -> tuple[Any, ...]:
    """Return what waits for somebody."""
    return tuple(_open(books))


def census(people: People) -> dict[str, dict[str, int]]:
    """Count all that is followed, by its kind and its state: two towns that lived the same have the same."""
    with people.app.ledger.reading() as books:
        return {
            kind.__name__: dict(sorted(Counter(str(one.state) for one in books.find(kind)).items())) for kind in ENDED
        }
