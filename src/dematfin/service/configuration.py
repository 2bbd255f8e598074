"""A configuration as a process that lasts sees it: read again when its files have changed, or when asked."""

import os
from pathlib import Path
from threading import Lock
from time import monotonic

from dematfin.config.several import SHARED, House, house, houses

Stamp = tuple[tuple[str | int, ...], ...]


class Configuration:
    """What one or all of the collectivités of a path say.

    Attributes:
        found: as they were last read.
    """

    def __init__(self, path: Path, siret: str = "", *, fresh: float) -> None:
        """Read it; `siret` chooses one collectivité, empty: all. Nobody looks at the files again for `fresh` seconds.

        Raises:
            ConfigError: nothing can be read of it.
        """
        self._path = path
        self._siret = siret
        self._fresh = fresh
        self._turn = Lock()
        self._stamp = _stamp(path)
        self._looked_at = monotonic()
        self.found = self._read()

    def has_changed(self, *, asked: bool = False) -> bool:
        """Read it again when its files have changed, or when asked; say whether it was.

        Raises:
            ConfigError: nothing can be read of it any more: what was found stands, and each look reads it again.
        """
        with self._turn:
            if not asked and monotonic() - self._looked_at < self._fresh:
                return False
            self._looked_at = monotonic()
            stamp = _stamp(self._path)
            if not asked and stamp == self._stamp:
                return False
            self._stamp = ()  # what cannot be read now may be at the next look, though no file has changed
            self.found = self._read()
            self._stamp = stamp
            return True

    def _read(self) -> tuple[House, ...]:
        return (house(self._path, self._siret),) if self._siret else houses(self._path)


def _stamp(path: Path) -> Stamp:
    """Return what changes with the files of a configuration, and with who may read them."""
    folder = os.path.isdir(path)  # noqa: PTH112 - no right is no folder
    files = sorted(path.glob("*.toml")) if folder else [path, path.with_name(f"{SHARED}.toml")]
    found = []
    for one in files:
        try:
            known = one.stat()
        except OSError:
            continue
        found.append((one.name, known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns))
    return tuple(found)
