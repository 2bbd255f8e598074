"""Documents that were eliminated: told as such, and never taken away from another collectivité that names them."""

from collections.abc import Iterator, Set
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, inspect, select

from dematfin.domain.document import DocumentRef
from dematfin.domain.retention.elimination import AGAIN, ELSEWHERE, Eliminated
from dematfin.errors import DocumentError
from dematfin.ports.documents import Documents
from dematfin.ports.ledger import Ledger
from dematfin.store.naming import named
from dematfin.store.tables import CHAIN, RECORDS

ELIMINATED: Final = RECORDS[Eliminated]


def named_by_others(connection: Connection, collectivite: str, fingerprints: Set[str]) -> frozenset[str]:
    """Return those of these documents that another collectivité names, and has not eliminated itself."""
    found: set[str] = set()
    others = select(CHAIN.c.collectivite).where(CHAIN.c.collectivite != collectivite)
    for other in connection.execute(others).scalars().all() if fingerprints else ():
        theirs = {one.sha256 for one in named(connection, other) if one.sha256 in fingerprints}
        found |= theirs - eliminated(connection, other).keys()
    return frozenset(found)


def eliminated(connection: Connection, collectivite: str) -> dict[str, str]:
    """Return the documents that a collectivité has let go, with their visa; bytes of some may be there all the same.

    A base that is older than eliminations has none.
    """
    if not inspect(connection).has_table(ELIMINATED.name):
        return {}
    asked = select(ELIMINATED.c.id, ELIMINATED.c.visa).where(
        ELIMINATED.c.collectivite == collectivite, ELIMINATED.c.kept_for.in_(["", ELSEWHERE])
    )
    return {row.id: row.visa for row in connection.execute(asked)}


class ToldDocuments:
    """Implements ports.documents.Documents over another one: tells what was eliminated, notes what is given again."""

    def __init__(self, documents: Documents, ledger: Ledger) -> None:
        self._documents = documents
        self._ledger = ledger

    def put(self, data: bytes) -> DocumentRef:
        """Keep bytes."""
        return self._given(self._documents.put(data))

    def put_file(self, path: Path) -> DocumentRef:
        """Keep a file of the workspace, by moving it."""
        return self._given(self._documents.put_file(path))

    def open(self, ref: DocumentRef) -> BinaryIO:
        """Open a document for reading; raises DocumentError, with its elimination where there was one."""
        try:
            return self._documents.open(ref)
        except DocumentError as error:
            raise self._told(ref, error) from error

    @contextmanager
    def local(self, ref: DocumentRef) -> Iterator[Path]:
        """Lend the document as a local file; raises as `open` does."""
        with ExitStack() as stack:
            try:
                path = stack.enter_context(self._documents.local(ref))
            except DocumentError as error:
                raise self._told(ref, error) from error
            yield path

    def remove(self, ref: DocumentRef) -> None:
        """Take the bytes away for good."""
        self._documents.remove(ref)

    def batch(self) -> AbstractContextManager[None]:
        """Make the documents put inside safe all together at the end."""
        return self._documents.batch()

    def workspace(self) -> AbstractContextManager[Path]:
        """Lend a folder for files in the making."""
        return self._documents.workspace()

    def _given(self, ref: DocumentRef) -> DocumentRef:
        """Write down that a document which was let go is given again: it is named, and may not be taken any more."""
        let_go = {"id": ref.sha256, "kept_for": ("", ELSEWHERE)}
        with self._ledger.reading() as books:
            if not books.find(Eliminated, **let_go):
                return ref
        with self._ledger.transaction() as books:
            books.save(*(replace(one, kept_for=AGAIN) for one in books.find(Eliminated, **let_go)))
        return ref

    def _told(self, ref: DocumentRef, error: DocumentError) -> DocumentError:
        with self._ledger.reading() as books:
            found = books.find(Eliminated, id=ref.sha256, kept_for="")
        return DocumentError(found[0].sentence) if found else error
