"""The documents that records name, read again: one that is missing or was changed is told with who names it.

One that was eliminated is not missing; a record of it that no seal knows excuses nothing.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Final

from dematfin.domain.defect import Defect, Thing, Wrong, named
from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.ports.documents import Documents
from dematfin.store.gone import ELIMINATED
from dematfin.store.last_seals import LastSeals

SIDE_BY_SIDE: Final = 100
THREADS: Final = 8
CHUNK: Final = 1024 * 1024
FIRST: Final = ("invoice", "mandat", "flux")
"""Whose documents are told first, of several records that name the same."""


class DocumentsAgain:
    """Reads documents: `count` of them so far; those that are away since they were eliminated are counted by visa."""

    def __init__(self, documents: Documents, last: LastSeals, gone: Mapping[str, str]) -> None:
        """Prepare to read; `gone`: the visa of each document that was eliminated."""
        self._documents = documents
        self._last = last
        self._gone = gone
        self.count = 0
        self.eliminated: Counter[str] = Counter()

    def defects(self) -> Iterator[Defect]:
        """Read each document that is named, once, and yield what is wrong; raises ComeBackLater."""
        named = (DocumentRef(sha256=sha256, size=size) for sha256, size in self._last.documents())
        with ThreadPoolExecutor(THREADS, thread_name_prefix="verification") as threads:
            while refs := tuple(islice(named, SIDE_BY_SIDE)):
                for ref, wrong in zip(refs, threads.map(partial(judged, self._documents), refs), strict=True):
                    if wrong is Wrong.REMOVED and self._is_gone(ref.sha256):
                        self.eliminated[self._gone[ref.sha256]] += 1
                        continue
                    self.count += 1
                    if wrong:
                        yield Defect(thing=Thing.DOCUMENT, wrong=wrong, id=ref.sha256, about=self._owners(ref.sha256))

    def _is_gone(self, sha256: str) -> bool:
        return sha256 in self._gone and self._last.of(ELIMINATED.name, sha256) is not None

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
