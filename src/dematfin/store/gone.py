"""Documents that were eliminated: told as such, and never taken away from another collectivité that names them."""

from collections.abc import Iterator, Set
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection, inspect, select

from dematfin.domain.document import DocumentRef
from dematfin.domain.retention.elimination import AGAIN, ELSEWHERE, Eliminated, Elimination, EliminationState
from dematfin.errors import ComeBackLater, DocumentError
from dematfin.ports.documents import Documents
from dematfin.ports.ledger import Books, Ledger
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
        """Write down that a document which was let go is given again: it is named, and may not be taken any more.

        Raises:
            ComeBackLater: its bytes go at this moment: whoever gives them keeps them until the elimination has ended.
        """
        let_go = {"id": ref.sha256, "kept_for": ("", ELSEWHERE)}
        with self._ledger.reading() as books:
            if not books.find(Eliminated, **let_go):
                return ref
        self._check_is_there(ref)
        with self._ledger.transaction() as books:
            for one in books.find(Eliminated, **let_go):
                _check_stays(books, one)
                books.save(replace(one, kept_for=AGAIN))
        return ref

    def _check_is_there(self, ref: DocumentRef) -> None:
        """What was there already as it was given may have gone since."""
        if not self._is_there(ref):
            message = (
                f"Le document {ref.sha256[:12]}… était éliminé au moment même où il était donné : il n'est pas gardé. "
                "Redonnez-le."
            )
            raise ComeBackLater(message)

    def _is_there(self, ref: DocumentRef) -> bool:
        try:
            self._documents.open(ref).close()
        except DocumentError:
            return False
        return True

    def _told(self, ref: DocumentRef, error: DocumentError) -> DocumentError:
        with self._ledger.reading() as books:
            found = books.find(Eliminated, id=ref.sha256, kept_for="")
        return DocumentError(found[0].sentence) if found else error


def _check_stays(books: Books, one: Eliminated) -> None:
    """Refuse what an elimination under way has announced: its bytes go at any moment."""
    executed = books.find(Elimination, id=one.elimination, state=EliminationState.EXECUTING)
    if one.removed and not one.kept_for and executed:
        message = (
            f"Le document {one.id[:12]}… est en cours d'élimination ({one.elimination}) : il n'est pas gardé. "
            "Redonnez-le dès qu'elle est finie ; coupée, elle finit quand on relance la même commande (dematfin "
            "elimination executer)."
        )
        raise ComeBackLater(message)
