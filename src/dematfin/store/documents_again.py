"""The documents that records name, read again: one that is missing or was changed is told with who names it."""

import hashlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Final

from dematfin.domain.defect import Defect, Thing, Wrong, named
from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.ports.documents import Documents
from dematfin.store.last_seals import LastSeals

SIDE_BY_SIDE: Final = 100
THREADS: Final = 8
CHUNK: Final = 1024 * 1024
FIRST: Final = ("invoice", "mandat", "flux")
"""Whose documents are told first, of several records that name the same."""


class DocumentsAgain:
    """Reads documents; `count` of them so far."""

    def __init__(self, documents: Documents, last: LastSeals) -> None:
        self._documents = documents
        self._last = last
        self.count = 0

    def defects(self) -> Iterator[Defect]:
        """Read each document that is named, once, and yield what is wrong; raises ComeBackLater."""
        named = (DocumentRef(sha256=sha256, size=size) for sha256, size in self._last.documents())
        with ThreadPoolExecutor(THREADS, thread_name_prefix="verification") as threads:
            while refs := tuple(islice(named, SIDE_BY_SIDE)):
                self.count += len(refs)
                for ref, wrong in zip(refs, threads.map(partial(judged, self._documents), refs), strict=True):
                    if wrong:
                        yield Defect(thing=Thing.DOCUMENT, wrong=wrong, id=ref.sha256, about=self._owners(ref.sha256))

    def _owners(self, sha256: str) -> tuple[str, ...]:
        found = sorted(self._last.owners(sha256), key=lambda one: (one[0] not in FIRST, one))
        return tuple(named(table, key) for table, key in found)


def judged(documents: Documents, ref: DocumentRef) -> Wrong | None:
    """Return what is wrong with a document, None when it is what its name says."""
    digest, size = hashlib.sha256(), 0
    try:
        with documents.open(ref) as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
                size += len(chunk)
    except (DocumentError, OSError):
        return Wrong.REMOVED
    return None if (digest.hexdigest(), size) == (ref.sha256, ref.size) else Wrong.CHANGED
