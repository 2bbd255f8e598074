"""The folder where backups are, and whose turn it is to write there.

    <folder>/documents/ab/cd/abcd…            every document that a kept backup names, once, under its SHA-256
    <folder>/<base>/<instant>/manifeste.json  one backup; beside it the copy of the base, its list of documents,
                                              the configuration
    <folder>/<base>/essai.json                the last restoration that was tried

A backup is made in a folder that ends with `.en-cours`, and takes its name last: what has its name is whole.
`sauvegarde.verrou`, made at the first use of a folder that was empty, marks it as one of backups: nothing is ever
written in, nor taken away from, a folder of something else.
"""

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from dematfin.domain.backup.manifest import Manifest
from dematfin.errors import ComeBackLater, ConfigError, DocumentError, UnknownRecord
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import is_postgresql, shown
from dematfin.store.saved import manifest_file
from dematfin.support.files import sync_folder
from dematfin.support.refusals import reason

MAKING: Final = ".en-cours"
ITS_NAME: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{6}\.\d{6}Z")
OWNER_ONLY: Final = 0o700
READ_ONLY: Final = 0o400
WRITERS: Final = "sauvegarde.verrou"
"""The turn to write, and the mark of a folder of backups."""
OF_THE_DISK: Final = frozenset({"lost+found"})
"""What a new file system holds by itself."""
READERS: Final = "lecture.verrou"


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """One backup, by its folder."""

    folder: Path

    @property
    def name(self) -> str:
        """Return its name, which is its instant in UTC."""
        return self.folder.name

    def is_ahead(self, now: datetime) -> bool:
        """Say whether it is dated after now: the clock of some machine was, or is, wrong."""
        return self.name > _name(now)

    def manifest(self) -> Manifest:
        """Return what it says of itself; raises DocumentError."""
        return manifest_file.read(self.folder)

    def concerns(self, sirets: Set[str]) -> bool:
        """Say whether it holds one of these collectivités; one that is empty, or spoilt, is told by its folder only."""
        known = self._sirets()
        return not known or not known.isdisjoint(sirets)

    def holds(self, sirets: Set[str]) -> bool:
        """Say whether it holds all of these collectivités; the same of one that is empty, or spoilt."""
        return not (known := self._sirets()) or sirets <= known

    def _sirets(self) -> Set[str]:
        try:
            return self.manifest().ends.keys()
        except DocumentError:
            return frozenset()


class Vault:
    """One folder of backups."""

    def __init__(self, root: Path) -> None:
        """Name it; nothing is looked at yet."""
        self.root = root

    def documents(self) -> FolderDocuments:
        """Open the documents that backups name."""
        return FolderDocuments(self.root / "documents", 0, rights=READ_ONLY)

    def of(self, *bases: str) -> tuple[Backup, ...]:
        """Return the backups of a base, by the names it may have had, oldest first; raises OSError when away."""
        folders = {folder for base in bases for folder in self.root.glob(base) if folder.is_dir()}
        if not folders:
            list(self.root.iterdir())  # that it is there
        found = [one for folder in folders for one in folder.iterdir() if ITS_NAME.fullmatch(one.name)]
        return tuple(Backup(folder=one) for one in sorted(found, key=lambda one: one.name))

    def all(self) -> tuple[Backup, ...]:
        """Return the backups of every base."""
        return self.of("*")

    def ahead(self, bases: Sequence[str], now: datetime) -> tuple[Backup, ...]:
        """Return the backups of a base that are dated after now; none when they cannot be read."""
        try:
            return tuple(one for one in self.of(*bases) if one.is_ahead(now))
        except OSError:
            return ()

    def chosen(self, bases: Sequence[str], sirets: Set[str], now: datetime, name: str = "") -> Backup:
        """Return the newest backup of a base, or that which is named, that holds all of some collectivités.

        Where none holds them all, the newest that holds some of them. One that is dated after now has to be named.

        Raises:
            UnknownRecord: there is none.
        """
        try:
            wanted = (one for one in self.of(*bases) if (one.name == name if name else not one.is_ahead(now)))
            found = [one for one in wanted if one.concerns(sirets)]
        except OSError as error:
            message = f"Le dossier {self.root} ne se lit pas : {reason(error)}. Montez-le, ou donnez le bon."
            raise UnknownRecord(message) from error
        if found:
            return next((one for one in reversed(found) if one.holds(sirets)), found[-1])
        what = f"La sauvegarde {name} n'est pas" if name else "Aucune sauvegarde n'est"
        message = (
            f"{what} dans {self.root} pour {', '.join(sorted(sirets))}. Donnez le bon dossier, ou l'un des noms qui "
            "s'y trouvent."
        )
        raise UnknownRecord(message)

    def is_marked(self) -> bool:
        """Say whether this is a folder of backups."""
        return (self.root / WRITERS).is_file()

    def refuse_to_be_among(self, living: Iterable[Path]) -> None:
        """Raise ConfigError when this folder is one that work uses, holds it, or is in it."""
        mine = self.root.resolve()
        for place in living:
            other = place.resolve()
            if mine.is_relative_to(other) or other.is_relative_to(mine):
                message = (
                    f"Le dossier de sauvegarde {self.root} touche à {place}, où le travail se fait : d'anciennes "
                    "sauvegardes effacées y emporteraient des documents. Donnez un dossier à part, sur un autre disque."
                )
                raise ConfigError(message)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be alone to write, and clear what a dead one left half-made.

        Raises:
            ConfigError: the folder is one of something else.
            ComeBackLater: another one writes, or the disk refuses.
        """
        with _told(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            self._refuse_something_else()
            self.root.chmod(OWNER_ONLY)
        with self._held(WRITERS, "Une autre sauvegarde s'y fait : relancez quand elle sera finie."):
            with _told(self.root):
                half_made = (one for one in self.root.glob(f"*/*{MAKING}") if ITS_NAME.fullmatch(one.stem))
                for left in (*half_made, *self.root.glob("documents/en-cours/*")):
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
            yield

    def _refuse_something_else(self) -> None:
        if not self.is_marked() and {one.name for one in self.root.iterdir()} - OF_THE_DISK:
            message = (
                f"{self.root} n'est pas un dossier de sauvegarde : il contient autre chose, et pas {WRITERS}. Donnez "
                "un dossier vide, ou nouveau. Rien n'a été changé."
            )
            raise ConfigError(message)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Be alone to restore, to try or to take away; raises ComeBackLater.

        Nobody takes anything away from a folder that is read only: it needs no turn.
        """
        if not os.access(self.root, os.W_OK):
            yield
            return
        why = "Une restauration le lit, ou d'anciennes sauvegardes s'effacent : relancez quand ce sera fini."
        with self._held(READERS, why):
            yield

    def begin(self, base: str, at: datetime) -> Path:
        """Make the folder of a new backup, which does not have its name yet."""
        folder = self.root / base / f"{_name(at)}{MAKING}"
        folder.parent.mkdir(OWNER_ONLY, exist_ok=True)
        folder.mkdir(OWNER_ONLY)
        return folder

    def finish(self, folder: Path) -> Backup:
        """Give a backup that is whole, and safe on the disk, its name."""
        sync_folder(folder)
        final = folder.rename(folder.with_name(folder.name.removesuffix(MAKING)))
        sync_folder(final.parent)
        sync_folder(self.root)
        return Backup(folder=final)

    def take_away(self, backup: Backup) -> None:
        """Delete a backup: its name goes first."""
        left = backup.folder.rename(backup.folder.with_name(backup.name + MAKING))
        sync_folder(left.parent)
        shutil.rmtree(left)

    @contextmanager
    def _held(self, name: str, why: str) -> Iterator[None]:
        with _told(self.root):
            descriptor = os.open(self.root / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(descriptor)
            message = f"Le dossier de sauvegarde {self.root} est occupé. {why}"
            raise ComeBackLater(message) from error
        try:
            yield
        finally:
            os.close(descriptor)


def _name(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H%M%S.%f}Z"


def names_of(siret: str, base: str) -> tuple[str, str, str, str]:
    """Return what a base is called among backups: when it holds one collectivité, and when several share it.

    Others of another server or folder may be called like it: a digest of its address tells it from them. Last come the
    patterns of what it may have been called at another address, or before there was a digest.
    """
    called = re.sub(r"[^\w.-]", "_", (make_url(base).database if is_postgresql(base) else Path(base).stem) or "base")
    digest = hashlib.sha256(shown(base).encode()).hexdigest()[:8]
    return siret, f"{called}-{digest}", f"{called}-{'[0-9a-f]' * 8}", called


@contextmanager
def _told(root: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        message = f"Le dossier de sauvegarde {root} ne peut pas être écrit : {reason(error)}. Rien n'a été changé."
        raise ComeBackLater(message) from error
