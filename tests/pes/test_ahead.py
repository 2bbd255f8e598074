"""Documents of a flow opened ahead of their turn: in order, few at a time, and none left open."""

import io
from threading import Barrier
from typing import BinaryIO

import pytest

from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.pieces import Piece
from dematfin.errors import DocumentError
from dematfin.pes.ahead import AHEAD, in_turn

PIECES = tuple(
    Piece(
        id=f"P{number}",
        invoice_id="",
        name="facture.pdf",
        media_type="application/pdf",
        description="",
        document=DocumentRef(sha256=f"{number:064x}", size=number),
    )
    for number in range(30)
)


class Shelf:
    """Lends documents, and knows which are still open."""

    def __init__(self, lost: int = -1) -> None:
        self.lent: list[io.BytesIO] = []
        self._lost = lost

    def open(self, ref: DocumentRef) -> BinaryIO:
        if ref.size == self._lost:
            raise DocumentError
        self.lent.append(io.BytesIO(str(ref.size).encode()))
        return self.lent[-1]

    @property
    def open_now(self) -> int:
        return sum(not one.closed for one in self.lent)


def test_documents_come_in_their_order_and_few_are_open() -> None:
    shelf = Shelf()
    with in_turn(shelf.open, PIECES) as documents:
        for number, (piece, source) in enumerate(documents):
            assert (piece, source.read()) == (PIECES[number], str(number).encode())
            assert shelf.open_now <= AHEAD
    assert shelf.open_now == 0


def test_they_are_fetched_side_by_side() -> None:
    together = Barrier(AHEAD, timeout=10)

    def wait(_: DocumentRef) -> BinaryIO:
        together.wait()
        return io.BytesIO()

    with in_turn(wait, PIECES[: 2 * AHEAD]) as documents:
        assert len(list(documents)) == 2 * AHEAD


@pytest.mark.parametrize("lost", [0, 12])
def test_one_that_is_lost_is_told_and_leaves_none_open(lost: int) -> None:
    shelf = Shelf(lost)
    with pytest.raises(DocumentError), in_turn(shelf.open, PIECES) as documents:
        for _ in documents:
            pass
    assert shelf.open_now == 0


def test_whoever_stops_halfway_leaves_none_open() -> None:
    shelf = Shelf()
    with pytest.raises(ZeroDivisionError), in_turn(shelf.open, PIECES) as documents:
        for _ in documents:
            raise ZeroDivisionError
    assert shelf.open_now == 0


def test_a_flow_without_documents_opens_none() -> None:
    with in_turn(Shelf().open, ()) as documents:
        assert list(documents) == []
