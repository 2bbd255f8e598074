"""Documents in memory, with the same contract as the folder's."""

import hashlib
import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError


class FakeDocuments:
    """Bytes by fingerprint."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def put(self, data: bytes) -> DocumentRef:
        ref = DocumentRef(sha256=hashlib.sha256(data).hexdigest(), size=len(data))
        self.kept[ref.sha256] = data
        return ref

    def put_file(self, path: Path) -> DocumentRef:
        ref = self.put(path.read_bytes())
        path.unlink()
        return ref

    def open(self, ref: DocumentRef) -> BinaryIO:
        if ref.sha256 not in self.kept:
            message = "Le document n'est plus là."
            raise DocumentError(message)
        return io.BytesIO(self.kept[ref.sha256])

    def remove(self, ref: DocumentRef) -> None:
        self.kept.pop(ref.sha256, None)

    @contextmanager
    def local(self, ref: DocumentRef) -> Iterator[Path]:
        with self.workspace() as folder, self.open(ref) as source:
            path = folder / ref.sha256
            path.write_bytes(source.read())
            yield path

    @contextmanager
    def batch(self) -> Iterator[None]:
        yield

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
