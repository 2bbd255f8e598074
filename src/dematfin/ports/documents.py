"""Files kept under their own fingerprint."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

from dematfin.domain.document import DocumentRef


class Documents(Protocol):
    """Bytes that are never changed: the same bytes twice are one document."""

    def put(self, data: bytes) -> DocumentRef:
        """Keep bytes; they are safe on disk when this returns, or when the current batch ends."""
        ...

    def put_file(self, path: Path) -> DocumentRef:
        """Keep a file of the workspace, by moving it."""
        ...

    def open(self, ref: DocumentRef) -> BinaryIO:
        """Open a document for reading; raises DocumentError when it is not there any more."""
        ...

    def local(self, ref: DocumentRef) -> AbstractContextManager[Path]:
        """Lend the document as a local file, to be read only."""
        ...

    def remove(self, ref: DocumentRef) -> None:
        """Take the bytes away for good, in an elimination only; nothing happens when they are away already."""
        ...

    def batch(self) -> AbstractContextManager[None]:
        """Make the documents put inside safe all together at the end; name none in the ledger before."""
        ...

    def workspace(self) -> AbstractContextManager[Path]:
        """Lend a folder for files in the making; it is emptied afterwards."""
        ...
