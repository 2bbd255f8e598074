"""A disk that is full: whatever would make it larger is refused by the system's own words, the base by SQLite itself.

Nothing is mounted: the campaign also runs in a container that may not. What Python asks (a file, a folder, a name) is
refused where it asks; a base that may not take one page more says SQLITE_FULL, at the write that needed it.
"""

import errno
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine

WRITES: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
GROWS: Final = frozenset({"os.mkdir", "os.rename", "os.link", "os.symlink"})


@dataclass
class Disk:
    """The disk on which a town lies, its neighbours excepted; `ours` says which paths are."""

    root: Path
    full: bool = False
    bases: list[Any] = field(default_factory=list)

    def listen(self) -> None:
        """Know each base that this process has open."""
        event.listen(Engine, "connect", lambda connection, _: self._met(connection))
        event.listen(Engine, "close", lambda connection, _: self.bases.remove(connection))

    def _met(self, connection: Any) -> None:
        self.bases.append(connection)
        if self.full:
            _limit(connection)

    def fill(self) -> None:
        """Leave no room from now on."""
        self.full = True
        for one in self.bases:
            _limit(one)

    def heard(self, said: str, arguments: tuple[Any, ...]) -> None:
        """Refuse what Python is about to ask of a full disk."""
        if self.full and _grows(said, arguments) and self._is_ours(arguments[0]):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))

    def _is_ours(self, path: object) -> bool:
        return isinstance(path, str | os.PathLike) and is_ours(self.root, os.fspath(path))


def is_ours(root: Path, path: str | bytes) -> bool:
    """Say whether a path belongs to the product, and not to its neighbours or to the campaign itself."""
    name = os.fsdecode(path)
    place = str(root)
    return name.startswith(f"{place}/") and not name.startswith((f"{place}/bac-a-sable", f"{place}/campagne-"))


def _grows(said: str, arguments: tuple[Any, ...]) -> bool:
    if said == "open":
        return isinstance(arguments[2], int) and bool(arguments[2] & WRITES)
    return said in GROWS


def _limit(connection: Any) -> None:
    """Have SQLite take no page more."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")
