"""The collectivités of a configuration, read again when it has changed: what is wrong with one is said of that one."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from dematfin.config.service import ServiceSettings
from dematfin.config.settings import Settings
from dematfin.config.several import House, service_of
from dematfin.errors import ComeBackLater, ConfigError
from dematfin.ports.app import App
from dematfin.service.beats import Beats
from dematfin.service.configuration import Configuration
from dematfin.service.home import Home, Tell

FRESH: Final = 1.0
"""Seconds between two looks at the files: hundreds of runs may begin together."""


class Homes:
    """Keeps a home for each collectivité.

    Attributes:
        by_key: by SIRET, or by what their configuration is called when it says none.
    """

    def __init__(self, path: Path, siret: str, beats: Beats, stopping: threading.Event, tell: Tell) -> None:
        """Read the configuration; `siret` chooses one collectivité, empty: all. Raises ConfigError."""
        self._configuration = Configuration(path, siret, fresh=FRESH)
        self._make: Callable[[House], Home] = lambda found: Home(found, beats, stopping, tell)
        self._beats = beats
        self._turn = threading.Lock()
        self.by_key = {home.key: home for home in map(self._make, self._configuration.found)}

    def houses(self) -> tuple[House, ...]:
        """Return the collectivités as their configuration says them now."""
        return tuple(home.house for home in self.by_key.values())

    def app(self, house: House, _: Settings) -> App:
        """Return a collectivité as it is wired; raises what keeps it from being wired, or forgotten since."""
        home = self.by_key.get(house.siret or house.where)
        if home is None:
            raise ComeBackLater
        return home.wired()

    def settings(self) -> ServiceSettings:
        """Return what is common to all."""
        return service_of(self.houses())

    def guard(self) -> None:
        """Keep other services out; raises ComeBackLater when there is one already."""
        try:
            for home in self.by_key.values():
                _guarded(home)
        except ComeBackLater:
            for home in self.by_key.values():
                home.close()
            raise

    def refresh(self, *, all_of_them: bool = False) -> bool:
        """Read the configuration again when its files have changed, or when asked; say whether it was."""
        with self._turn:
            try:
                if not self._configuration.has_changed(asked=all_of_them):
                    return False
                found = self._configuration.found
            except ConfigError as error:
                found = tuple(replace(one, trouble=str(error)) for one in self.houses())
            self._take({one.siret or one.where: one for one in found}, all_of_them=all_of_them)
            return True

    def _take(self, found: dict[str, House], *, all_of_them: bool) -> None:
        before = self.by_key
        self.by_key = {key: before.get(key) or self._make(one) for key, one in found.items()}
        for key, home in before.items():
            if key not in found:
                self._beats.went_well(key)
                home.close()
            elif all_of_them or found[key] != home.house:
                home.change(found[key])


def _guarded(home: Home) -> None:
    """Guard one whose settings can be read; the others are told when they are opened."""
    try:
        home.guard(home.house)
    except ConfigError:
        return
