"""Documents in a folder: each file under its SHA-256, written whole before anything names it.

Path `ab/cd/abcd…`. A file is written beside its final place, synced, renamed, and its folders synced. An orphan
(a document that the ledger does not name) is harmless; a name without its document cannot happen.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.store.making import Making
from dematfin.support.files import sync_file, sync_folder

READ_ONLY: Final = 0o440


class FolderDocuments(Making):
    """Implements ports.documents.Documents."""

    def __init__(self, root: Path, minimum_free: int, *, rights: int = READ_ONLY) -> None:
        """Open the folder; `rights` are those of each file in it."""
        super().__init__(root, minimum_free)
        self._rights = rights

    @contextmanager
    def local(self, ref: DocumentRef) -> Iterator[Path]:
        """Lend the document as a local file."""
        made = (self._pending or {}).get(ref.sha256)
        if not made and not self._is_kept(ref.sha256):
            raise self._missing(ref)
        yield made or self._place(ref.sha256)

    def has(self, ref: DocumentRef) -> bool:
        """Say whether a document is there, with all its bytes; they are not read again."""
        try:
            return self._place(ref.sha256).stat().st_size == ref.size
        except FileNotFoundError:
            return False

    def keeps(self, sha256: str) -> bool:
        """Say whether there is something under a fingerprint."""
        return self._is_kept(sha256)

    def names(self) -> Iterator[str]:
        """Yield the fingerprint of each document that is there."""
        yield from (path.name for path in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"))

    def take_away(self, sha256: str) -> None:
        """Delete a document: only among backups, where nothing names it any more."""
        self._place(sha256).unlink(missing_ok=True)

    def remove(self, ref: DocumentRef) -> None:
        """Take the bytes away for good."""
        place = self._place(ref.sha256)
        place.unlink(missing_ok=True)
        if place.parent.exists():
            sync_folder(place.parent)

    def _is_kept(self, sha256: str) -> bool:
        return self._place(sha256).exists()

    def _kept(self, ref: DocumentRef) -> BinaryIO:
        try:
            return self._place(ref.sha256).open("rb")
        except FileNotFoundError as error:
            raise self._missing(ref) from error

    def _missing(self, ref: DocumentRef) -> DocumentError:
        message = (
            f"Le document {ref.sha256[:12]}… n'est plus dans {self._root}. Remettez-le depuis la dernière sauvegarde ; "
            "rien d'autre n'est touché."
        )
        return DocumentError(message)

    def _keep(self, files: dict[str, Path]) -> None:
        """Sync every file, then give each its name, then sync the folders: a name never shows a torn file."""
        if not files:
            return
        list(self._threads.map(sync_file, files.values()))
        folders = {self._give_name(sha256, temporary) for sha256, temporary in files.items()}
        above = {folder.parent for folder in folders}
        list(self._threads.map(sync_folder, [*folders, *above, self._root]))

    def _give_name(self, sha256: str, temporary: Path) -> Path:
        place = self._place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary.chmod(self._rights)
        temporary.replace(place)
        return place.parent

    def _place(self, sha256: str) -> Path:
        return self._root / sha256[:2] / sha256[2:4] / sha256
