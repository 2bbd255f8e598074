"""Watched folders: a file is taken once nobody writes it any more, by a rename that only one program can win.

Folders are polled: network shares tell nothing by themselves. A copier that sends page by page pauses for minutes, so
a file must also have its end.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from dematfin.domain.paper.batch import Door, announced
from dematfin.errors import ComeBackLater, ConnectorError, DocumentError, Unreachable
from dematfin.ports.paper_folders import Parcel
from dematfin.scanning import claims
from dematfin.scanning.settings import ScanSettings
from dematfin.scanning.sightings import Sightings
from dematfin.support.files import PDF_MAGIC
from dematfin.support.refusals import reason
from dematfin.support.shares import entries

OURS: Final = ".dematfin"
"""Where taken files wait, inside the watched folder: a rename is atomic on one volume only."""
LOCK: Final = "verrou"
TAKEN: Final = frozenset({".pdf", ".tif", ".tiff", ".jpg", ".jpeg"})
PASSING: Final = frozenset({".tmp", ".part", ".filepart", ".partial", ".crdownload"})
SYSTEM: Final = frozenset({"thumbs.db", "desktop.ini"})
TAIL: Final = 1024
ENDS: Final = {".pdf": b"%%EOF", ".jpg": b"\xff\xd9", ".jpeg": b"\xff\xd9"}
BEGINNINGS: Final = {".pdf": PDF_MAGIC, ".jpg": b"\xff\xd8", ".jpeg": b"\xff\xd8"}
"""How a whole file ends; a TIFF has no end, and is left alone for the longest time instead."""


class WatchedFolders:
    """Implements ports.paper_folders.PaperFolders."""

    def __init__(self, settings: ScanSettings, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        doors = ((Door.SHEETS, settings.depot), (Door.SINGLE, settings.factures))
        self._doors = [(door, folder) for door, folder in doors if folder is not None]
        self._ignored: list[str] = []

    def arrivals(self) -> Iterator[Parcel]:
        """Claim each file that is complete, and yield it."""
        self._ignored = []
        failures: list[ConnectorError | ComeBackLater] = []
        for door, folder in self._doors:
            try:
                with _alone(folder) as ours:
                    yield from self._from(door, folder, ours)
            except OSError as error:
                message = f"Le dossier {folder} n'est pas accessible : {reason(error)}. Vérifiez le partage réseau."
                failures.append(Unreachable(message))
            except ComeBackLater as error:
                failures.append(error)
        if failures:
            raise failures[0]

    def named(self, folder: Path, door: Door) -> tuple[Parcel, ...]:
        """Return the files of a folder that a person names."""
        self._ignored = []
        try:
            return tuple(
                Parcel(
                    claim="", door=door, name=path.name, place=_place(folder, path), path=path, whole=_is_whole(path)
                )
                for path in self._files(folder)
            )
        except OSError as error:
            message = f"Le dossier {folder} est illisible : {reason(error)}."
            raise DocumentError(message) from error

    def done(self, parcel: Parcel) -> None:
        """Let a claimed file go."""
        claims.release(parcel)

    def ignored(self) -> tuple[str, ...]:
        """Return sentences on files that nobody will take."""
        return tuple(self._ignored)

    def _from(self, door: Door, folder: Path, ours: Path) -> Iterator[Parcel]:
        """Yield what is claimed, by a run that died or by this one."""
        sightings = Sightings(ours, self._now)
        self._claim_all(door, folder, ours, sightings)
        sightings.keep()
        for claimed in claims.waiting(ours):
            yield claims.parcel(claimed, door)

    def _claim_all(self, door: Door, folder: Path, ours: Path, sightings: Sightings) -> None:
        if door is Door.SINGLE:
            for inner in _folders(folder):
                self._claim_folder(inner, ours, sightings)
        for path in self._files(folder, deep=door is Door.SHEETS):
            whole = self._is_complete(path, sightings)
            if whole is not None:
                claims.claim(path, _place(folder, path), ours, whole=whole)

    def _claim_folder(self, inner: Path, ours: Path, sightings: Sightings) -> None:
        """Take a folder that holds one invoice and its annexes, when every file of it is complete."""
        if _folders(inner):
            self._ignored.append(f"Le dossier {inner.name} contient d'autres dossiers : il n'est pas pris.")
            return
        files = list(self._files(inner, deep=False))
        states = [self._is_complete(path, sightings) for path in files]
        if files and None not in states:
            claims.claim(inner, "", ours, whole=all(states))

    def _is_complete(self, path: Path, sightings: Sightings) -> bool | None:
        """Say whether a file may be taken: True whole, False cut short for good, None not yet."""
        settings, ending = self._settings, path.suffix.lower() in ENDS
        try:
            age = sightings.age(path)
            if age >= settings.stable and ending and _has_end(path):
                return True
        except OSError as error:
            self._ignored.append(f"Le fichier {path.name} ne peut pas être lu : {reason(error)}.")
            return None
        return None if age < settings.stable_max else _is_whole(path)

    def _files(self, folder: Path, *, deep: bool = True) -> Iterator[Path]:
        """Yield the files of a folder, and of its sub-folders, that may be invoices, in the order of their names."""
        for entry in entries(folder):
            path = Path(entry.path)
            if entry.name.startswith((".", "~")):
                continue
            if entry.is_dir(follow_symlinks=False):
                if deep and announced(entry.name) is not None:
                    yield from self._files(path, deep=False)
            elif entry.is_file(follow_symlinks=False) and path.suffix.lower() in TAKEN:
                yield path
            elif path.suffix.lower() not in PASSING and entry.name.lower() not in SYSTEM:
                self._ignored.append(f"Le fichier {entry.name} n'est ni un PDF ni une image : il n'est pas pris.")


@contextmanager
def _alone(folder: Path) -> Iterator[Path]:
    """Keep other programs away from a folder, and lend our own place in it; raises ComeBackLater."""
    ours = folder / OURS
    if not folder.is_dir():
        raise FileNotFoundError(2, "No such file or directory", str(folder))
    ours.mkdir(exist_ok=True)
    with (ours / LOCK).open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            message = f"Le dossier {folder} est déjà relevé par un autre traitement. Relancez plus tard."
            raise ComeBackLater(message) from error
        yield ours


def _folders(folder: Path) -> list[Path]:
    return sorted(
        Path(entry.path)
        for entry in os.scandir(folder)
        if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
    )


def _place(folder: Path, path: Path) -> str:
    return "" if path.parent == folder else path.parent.name


def _is_whole(path: Path) -> bool:
    """Say whether a file was not cut short; one that is not of its kind at all is left to whoever opens it."""
    begins = BEGINNINGS.get(path.suffix.lower())
    if begins is None or _has_end(path):
        return True
    with path.open("rb") as source:
        return begins not in source.read(TAIL)


def _has_end(path: Path) -> bool:
    """Say whether a file ends as its kind does."""
    end = ENDS.get(path.suffix.lower())
    if end is None:
        return True
    with path.open("rb") as source:
        source.seek(max(0, path.stat().st_size - TAIL))
        return end in source.read()
