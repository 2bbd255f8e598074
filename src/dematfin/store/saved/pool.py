"""Documents brought from a place to another: hashed on the way, each has its name there once it is whole."""

import hashlib
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.ports.documents import Documents
from dematfin.store.documents import FolderDocuments
from dematfin.store.making import CHUNK, THREADS
from dematfin.store.s3 import S3Documents

Place = FolderDocuments | S3Documents
TOGETHER: Final = 100
"""Documents that are made safe side by side: folders are synced once for all of them."""


@dataclass(slots=True, kw_only=True)
class Brought:
    """What was brought, and which documents could not be."""

    count: int = 0
    size: int = 0
    missing: list[str] = field(default_factory=list)

    def then(self, later: "Brought") -> "Brought":
        """Return both together: of what was missing, only what still is."""
        return Brought(count=self.count + later.count, size=self.size + later.size, missing=later.missing)


def bring(refs: Iterable[DocumentRef], here: Documents, there: Place) -> Brought:
    """Bring documents; one that is lost or spoilt where it was is told, and stops no other.

    Raises:
        OSError: the disk that is written refuses.
        ConnectorError: an object store does not answer.
    """
    brought = Brought()
    left = iter(refs)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="sauvegarde") as threads:
        while some := tuple(islice(left, TOGETHER)):
            with there.workspace() as folder, there.batch():
                fetched = list(threads.map(partial(_fetched, here, folder), some))
                for ref, path in zip(some, fetched, strict=True):
                    if path is None:
                        brought.missing.append(ref.sha256)
                    else:
                        there.put_file(path)
                        brought.count += 1
                        brought.size += ref.size
    return brought


def is_sound(place: Documents, ref: DocumentRef) -> bool:
    """Read a document again; say whether it is there, and is what its name says."""
    try:
        return _digest(place, ref) == ref.sha256
    except DocumentError:
        return False


def unsound(place: Documents, refs: Iterable[DocumentRef]) -> list[DocumentRef]:
    """Read documents again, several at once; return those that are not there, or are not what their name says."""
    left = iter(refs)
    found: list[DocumentRef] = []
    with ThreadPoolExecutor(THREADS, thread_name_prefix="relecture") as threads:
        while some := tuple(islice(left, TOGETHER)):
            sound = threads.map(partial(is_sound, place), some)
            found += [ref for ref, fine in zip(some, sound, strict=True) if not fine]
    return found


def take_out_spoilt(pool: FolderDocuments, refs: Iterable[DocumentRef]) -> None:
    """Take away the documents that can be read, and are not what their name says: the next backup brings them again.

    One that cannot be read is left: the disk may only be away for a while.
    """
    for ref in refs:
        with suppress(DocumentError, OSError):
            if _digest(pool, ref) != ref.sha256:
                pool.take_away(ref.sha256)


def _fetched(here: Documents, folder: Path, ref: DocumentRef) -> Path | None:
    """Copy one document to a folder; None when it is not there or not what its name says."""
    path, digest = folder / ref.sha256, hashlib.sha256()
    try:
        with path.open("wb") as target:
            for chunk in _read(here, ref):
                digest.update(chunk)
                target.write(chunk)
    except DocumentError:
        return None
    return path if digest.hexdigest() == ref.sha256 else None


def _digest(place: Documents, ref: DocumentRef) -> str:
    digest = hashlib.sha256()
    for chunk in _read(place, ref):
        digest.update(chunk)
    return digest.hexdigest()


def _read(place: Documents, ref: DocumentRef) -> Iterator[bytes]:
    """Yield a document by pieces; raises DocumentError when it cannot be read where it is."""
    try:
        with place.open(ref) as source:
            while chunk := source.read(CHUNK):
                yield chunk
    except OSError as error:
        message = f"Le document {ref.sha256[:12]}… ne se lit pas."
        raise DocumentError(message) from error
