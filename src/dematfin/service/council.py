"""The collectivités of a configuration, read again when it has changed: what is wrong with one is said of that one."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dematfin.config.service import ServiceSettings
from dematfin.config.several import SHARED, House, house, houses
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.service.beats import Beats
from dematfin.service.home import Home, Tell

Stamp = tuple[tuple[str, int, int], ...]


class Council:
    """Keeps a home for each collectivité.

    Attributes:
        homes: by SIRET, or by what their configuration is called when it says none.
    """

    def __init__(self, path: Path, siret: str, beats: Beats, stopping: threading.Event, tell: Tell) -> None:
        """Read the configuration; `siret` chooses one collectivité, empty: all. Raises ConfigError."""
        self._path = path
        self._siret = siret
        self._make: Callable[[House], Home] = lambda found: Home(found, beats, stopping, tell)
        self._beats = beats
        self._turn = threading.Lock()
        self._stamp = _stamp(path)
        self._looked_at = time.monotonic()
        self.homes = {home.key: home for home in map(self._make, self._named())}

    def settings(self) -> ServiceSettings:
        """Return what is common to all: what the first collectivité that can be read says."""
        for home in self.homes.values():
            try:
                return home.house.settings().service
            except ConfigError:
                continue
        return ServiceSettings()

    def guard(self) -> None:
        """Keep other services out; raises ComeBackLater when there is one already."""
        try:
            for home in self.homes.values():
                _guarded(home)
        except ComeBackLater:
            for home in self.homes.values():
                home.close()
            raise

    def refresh(self, *, all_of_them: bool = False) -> bool:
        """Read the configuration again when its files have changed, or when asked; say whether it was."""
        with self._turn:
            if not all_of_them and not self._has_changed():
                return False
            self._stamp = _stamp(self._path)
            try:
                found = {found.siret or found.where: found for found in self._named()}
            except ConfigError as error:
                found = {key: replace(home.house, trouble=str(error)) for key, home in self.homes.items()}
            self._take(found, all_of_them=all_of_them)
            return True

    def _has_changed(self) -> bool:
        """Look at the files, once a second at most: hundreds of runs may begin together."""
        if time.monotonic() - self._looked_at < 1:
            return False
        self._looked_at = time.monotonic()
        return _stamp(self._path) != self._stamp

    def _take(self, found: dict[str, House], *, all_of_them: bool) -> None:
        before = self.homes
        self.homes = {key: before.get(key) or self._make(one) for key, one in found.items()}
        for key, home in before.items():
            if key not in found:
                self._beats.forget(key)
                home.close()
            elif all_of_them or found[key] != home.house:
                home.change(found[key])

    def _named(self) -> tuple[House, ...]:
        return (house(self._path, self._siret),) if self._siret else houses(self._path)


def _guarded(home: Home) -> None:
    """Guard one whose settings can be read; the others are told when they are opened."""
    try:
        home.guard(home.house)
    except ConfigError:
        return


def _stamp(path: Path) -> Stamp:
    """Return what changes with the files of a configuration."""
    files = sorted(path.glob("*.toml")) if path.is_dir() else [path, path.with_name(f"{SHARED}.toml")]
    found = []
    for one in files:
        try:
            known = one.stat()
        except OSError:
            continue
        found.append((one.name, known.st_mtime_ns, known.st_size))
    return tuple(found)
