"""Documents of a flow opened a few ahead of their turn: those of a distant store come side by side."""

from collections import deque
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import BinaryIO, Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.mandat.pieces import Piece
from dematfin.errors import DematfinError

AHEAD: Final = 8

Opened = tuple[Piece, Future[BinaryIO]]


@contextmanager
def in_turn(
    open_document: Callable[[DocumentRef], BinaryIO], pieces: Sequence[Piece]
) -> Iterator[Iterator[tuple[Piece, BinaryIO]]]:
    """Lend the documents in their order, each closed when the next one is asked for; raises what opening raises."""
    waiting: deque[Opened] = deque()
    with ThreadPoolExecutor(AHEAD, thread_name_prefix="lecture") as threads:
        documents = _each(lambda one: (one, threads.submit(open_document, one.document)), pieces, waiting)
        try:
            yield documents
        finally:
            documents.close()
            for _, future in waiting:
                if not future.cancel():
                    with suppress(DematfinError):
                        future.result().close()


def _each(
    begin: Callable[[Piece], Opened], pieces: Sequence[Piece], waiting: deque[Opened]
) -> Generator[tuple[Piece, BinaryIO], None, None]:
    for place, piece in enumerate(pieces):
        waiting.extend(map(begin, pieces[place + len(waiting) : place + AHEAD]))
        _, future = waiting.popleft()
        with future.result() as source:
            yield piece, source
