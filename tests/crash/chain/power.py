"""A power cut: what nobody has asked the disk to keep (fsync) is lost, as a file system may lose it.

Kept since the last fsync of what it is about: a file that was written (it is cut in half), a name that was given or
taken (it is as it was before), a file that was removed (it is there again). A base is asked to keep each commit by
SQLite itself; the end of its journal, after the last commit, is torn.
"""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from crash.chain.disk import WRITES, is_ours

TORN: Final = b"\x5a" * 3000
"""Half a frame, as a journal ends when the power goes while it is written."""


@dataclass
class Power:
    """Knows what would be lost now; `aside` is where what was overwritten or removed is kept meanwhile."""

    root: Path
    aside: Path
    active: bool = False
    unsynced: dict[str, None] = field(default_factory=dict)
    renamed: list[tuple[str, str, str]] = field(default_factory=list)
    removed: list[tuple[str, str]] = field(default_factory=list)
    count: int = 0

    def listen(self) -> None:
        """Begin to know."""
        self.active = True
        self.aside.mkdir(exist_ok=True)
        fsync = os.fsync

        def kept(descriptor: int) -> None:
            fsync(descriptor)
            self._synced(str(Path(f"/proc/self/fd/{descriptor}").readlink()))

        os.fsync = kept  # type: ignore[assignment]

    def heard(self, said: str, arguments: tuple[Any, ...]) -> None:
        """Remember what Python is about to ask of the system."""
        if not self.active:
            return
        if said == "open" and isinstance(arguments[2], int) and arguments[2] & WRITES:
            self._opened(_full(arguments[0], -1))
        elif said == "os.rename":
            self._renamed(_full(arguments[0], arguments[2]), _full(arguments[1], arguments[3]))
        elif said == "os.remove":
            self._removed(_full(arguments[0], arguments[1]))

    def _opened(self, path: str) -> None:
        if is_ours(self.root, path):
            self.unsynced[path] = None

    def _renamed(self, source: str, target: str) -> None:
        if is_ours(self.root, target):
            self.renamed.append((source, target, self._put_aside(target)))
            if source in self.unsynced:
                del self.unsynced[source]
                self.unsynced[target] = None

    def _removed(self, path: str) -> None:
        self.unsynced.pop(path, None)
        if is_ours(self.root, path) and (kept := self._put_aside(path)):
            self.removed.append((path, kept))

    def _put_aside(self, path: str) -> str:
        """Keep what a name stands for; empty when it stands for nothing, or for a folder."""
        self.count += 1
        kept = str(self.aside / str(self.count))
        with suppress(OSError):
            os.link(path, kept)
            return kept
        return ""

    def _synced(self, path: str) -> None:
        """Forget what is safe: a file, or the names of a folder."""
        self.unsynced.pop(path, None)
        self.renamed = [one for one in self.renamed if path not in {_folder(one[0]), _folder(one[1])}]
        self.removed = [one for one in self.removed if path != _folder(one[0])]

    def cut(self) -> None:
        """Lose it all, in the order in which it was done, from the last."""
        for path in self.unsynced:
            with suppress(OSError):
                os.truncate(path, os.path.getsize(path) // 2)  # noqa: PTH202 - as the system names it
        for source, target, before in reversed(self.renamed):
            with suppress(OSError):
                os.replace(target, source)  # noqa: PTH105 - idem
                if before:
                    os.replace(before, target)  # noqa: PTH105 - idem
        for path, kept in self.removed:
            if not Path(path).exists() and Path(path).parent.exists():
                shutil.copyfile(kept, path)
        journal = self.root / "var" / "registre.db-wal"
        if journal.exists() and journal.stat().st_size:
            with journal.open("ab") as end:
                end.write(TORN)


def _full(path: object, folder: object) -> str:
    """Return a path as the system sees it, from the folder that a descriptor stands for."""
    name = os.fsdecode(path) if isinstance(path, str | bytes | os.PathLike) else ""
    if isinstance(folder, int) and folder >= 0:
        name = f"{Path(f'/proc/self/fd/{folder}').readlink()}/{name}"
    return name


def _folder(path: str) -> str:
    return path.rpartition("/")[0]
