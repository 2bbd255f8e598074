"""The folder where the finance software puts its flows: each is taken once whole, by a rename that one program wins.

The name of a claimed file holds its first one, behind signs that are nobody else's: one rename is the whole claim.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from dematfin.errors import ComeBackLater
from dematfin.finance.shared import made_place, opened, printable, written
from dematfin.ports.exchange import Export
from dematfin.support.files import sync_folder, write_atomically
from dematfin.support.shares import entries, is_there, reaching

TAKEN: Final = "pris"
REFUSED: Final = "refusés"
LOCK: Final = "verrou"
CLOCK: Final = "horloge"
CLAIMED: Final = re.compile(r"[0-9a-f]{16}_(.+)", re.DOTALL)
LARGEST: Final = 200_000_000
"""Bytes of a flow; a TdT refuses what is far smaller (S²LOW: 128 MiB by default)."""
LONGEST_NAME: Final = 150
"""Bytes kept of a name; a file system takes 255, ours and that of the refusal included."""
TAIL: Final = 2048
END: Final = re.compile(rb"</(?:[\w.-]+:)?PES_Aller\s*>(?:\s|<!--.*?-->|<\?.*?\?>)*\Z", re.IGNORECASE | re.DOTALL)
PASSING: Final = frozenset({".tmp", ".part", ".filepart", ".partial", ".crdownload"})
BILLION: Final = 1_000_000_000


class Exports:
    """One folder of exports."""

    def __init__(self, folder: Path, stable: int) -> None:
        self._folder = folder
        self._stable = stable

    def claim(self) -> Iterator[Export]:
        """Claim each flow that is whole, and yield it; what a run that died had claimed comes first.

        Raises:
            Unreachable, ConfigError: the folder cannot serve; ComeBackLater: another run is taking what is there.
        """
        with reaching(self._folder), self._alone() as ours:
            claimed = [path for path in sorted(ours.iterdir()) if _is_claim(path)]
            yield from filter(None, map(self._export, claimed))
            fixed = []
            for path in self._whole(ours):
                claim = ours / f"{secrets.token_hex(8)}_{_short(path)}"
                try:
                    with suppress(FileNotFoundError):
                        path.rename(claim)
                        sync_folder(ours)
                        yield from filter(None, [self._export(claim)])
                except PermissionError as error:
                    fixed.append(error)
            if fixed:  # told once the others are taken
                raise fixed[0]

    def taken(self, export: Export) -> None:
        """Let a claimed file go."""
        with reaching(self._folder):
            export.path.unlink(missing_ok=True)

    def refuse(self, export: Export, why: str) -> None:
        """Put a claimed file among the refused ones, its reason first: killed between both, it is refused again."""
        with reaching(self._folder):
            if not is_there(export.path):
                return
            refused = self._folder / REFUSED
            refused.mkdir(exist_ok=True)
            target = _free(refused, _first_name(export.path))
            text = f"{export.name}\n\n{why}\n\nCorrigez dans le logiciel financier, puis exportez de nouveau ce flux.\n"
            write_atomically(target.with_name(f"{target.name}.txt"), text.encode())
            export.path.rename(target)
            sync_folder(refused)

    def ignored(self) -> tuple[str, ...]:
        """Return sentences on what lies in the folder and will not be taken as it is."""
        with reaching(self._folder):
            found = entries(self._folder)
            return tuple(filter(None, map(self._why_left, found)))

    def _export(self, claim: Path) -> Export | None:
        export = Export(name=printable(Path(_first_name(claim))), path=claim)
        if claim.stat().st_size > LARGEST:
            self.refuse(export, f"Ce fichier dépasse {LARGEST // 1_000_000} Mo, plus qu'aucun flux.")
            return None
        return export

    def _whole(self, ours: Path) -> Iterator[Path]:
        """Yield what nobody is writing, by the clock of whoever serves the folder; what comes from the future may be
        taken as soon as it has its end."""
        with written(ours / CLOCK) as clock:
            clock.write(b"1")
        there = (ours / CLOCK).stat().st_ctime_ns
        for entry in entries(self._folder):
            path = Path(entry.path)
            with suppress(FileNotFoundError):
                if _may_be_a_flow(entry) and self._is_settled(path, there) and _has_end(path):
                    yield path

    def _is_settled(self, path: Path, there: int) -> bool:
        state = path.lstat()
        age = (there - max(state.st_mtime_ns, state.st_ctime_ns)) / BILLION
        return age < 0 or age >= self._stable

    def _why_left(self, entry: "os.DirEntry[str]") -> str:
        path = Path(entry.path)
        name = printable(path)
        if entry.name.startswith((".", "~")) or entry.name == REFUSED or path.suffix.lower() in PASSING:
            return ""
        if not entry.is_file(follow_symlinks=False):
            return f"« {name} » n'est pas un fichier (dossier, lien…) : il n'est pas pris."
        with suppress(FileNotFoundError):
            if not os.access(path, os.R_OK):
                return f"« {name} » n'est pas pris : ce compte n'a pas le droit de le lire."
            if not _has_end(path):
                return f"« {name} » n'est pas pris : ce n'est pas un PES_Aller, ou il n'est pas encore entier."
        return ""

    @contextmanager
    def _alone(self) -> Iterator[Path]:
        """Keep other runs away, and lend our own place."""
        ours = made_place(self._folder, TAKEN)
        with (ours / LOCK).open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                message = f"Le dossier {self._folder} est déjà relevé par un autre traitement. Relancez plus tard."
                raise ComeBackLater(message) from error
            yield ours


def _may_be_a_flow(entry: "os.DirEntry[str]") -> bool:
    passing = Path(entry.name).suffix.lower() in PASSING
    return not entry.name.startswith((".", "~")) and not passing and entry.is_file(follow_symlinks=False)


def _has_end(path: Path) -> bool:
    """Say whether a file ends as a flow does, in whatever encoding."""
    with suppress(PermissionError), os.fdopen(opened(path), "rb") as source:
        source.seek(max(0, os.fstat(source.fileno()).st_size - TAIL))
        return END.search(source.read(TAIL).replace(b"\0", b"")) is not None
    return False


def _is_claim(path: Path) -> bool:
    return CLAIMED.fullmatch(path.name) is not None and path.is_file() and not path.is_symlink()


def _first_name(claim: Path) -> str:
    found = CLAIMED.fullmatch(claim.name)
    return found[1] if found else claim.name


def _short(path: Path) -> str:
    return os.fsdecode(os.fsencode(path.name)[-LONGEST_NAME:])


def _free(folder: Path, name: str) -> Path:
    """Return a place that no refused file has; a name does not say twice the same flow."""
    rank, target = 1, folder / name
    while is_there(target):
        rank += 1
        target = folder / f"{rank}_{name}"
    return target
