"""The collectivités of a configuration, read again when it has changed: what is wrong with one is said of that one."""

import threading
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
            stamp = _stamp(self._path)
            if stamp == self._stamp and not all_of_them:
                return False
            self._stamp = stamp
            try:
                found = {found.siret or found.where: found for found in self._named()}
            except ConfigError as error:
                found = {key: replace(home.house, trouble=str(error)) for key, home in self.homes.items()}
            self._take(found, all_of_them=all_of_them)
            return True

    def _take(self, found: dict[str, House], *, all_of_them: bool) -> None:
        for key in self.homes.keys() - found.keys():
            self._beats.forget(key)
            self.homes.pop(key).close()
        for key, one in found.items():
            if key not in self.homes:
                self.homes = {**self.homes, key: self._make(one)}
            elif all_of_them or one != self.homes[key].house:
                self.homes[key].change(one)

    def _named(self) -> tuple[House, ...]:
        return (house(self._path, self._siret),) if self._siret else houses(self._path)


def _guarded(home: Home) -> None:
    """Guard one whose settings can be read; the others are told when they are opened."""
    try:
        home.guard()
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
