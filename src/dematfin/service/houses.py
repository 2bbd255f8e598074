"""The collectivités that a process serves, read again when their configuration changes; those that work stay wired."""

import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

import structlog

from dematfin.config.service import hours_of
from dematfin.config.settings import Settings
from dematfin.config.several import House, houses
from dematfin.errors import ConfigError
from dematfin.ports.app import App
from dematfin.service.due import Hours
from dematfin.wiring import Ask, base_of, build

ROOM: Final = 256
"""Collectivités that stay wired at once."""
FRESH: Final = 10
"""Seconds for which nobody looks whether the configuration has changed: it may be twelve thousand files."""
LOG: Final = structlog.get_logger()
Build = Callable[[Settings, Path, Ask], App]
Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One collectivité that can be served.

    Attributes:
        schedules: its hours, by the key of what is run.
    """

    house: House
    settings: Settings
    schedules: Hours


class Houses:
    """What a configuration holds, seen from a process that lasts; threads share it."""

    def __init__(self, configuration: Path, build_app: Build = build, fresh: float = FRESH) -> None:
        """Read it; what it says is good for some seconds.

        Raises:
            ConfigError: nothing can be read of it, or its ledger is not in PostgreSQL.
        """
        self._configuration = configuration
        self._build = build_app
        self.again = partial(Houses, configuration, build_app)
        self._lock = threading.Lock()
        self._apps: OrderedDict[str, tuple[House, App]] = OrderedDict()
        self._fresh = fresh
        self._looked = -math.inf
        self._stamp: Stamp = ()
        self._served: dict[str, Served] = {}
        self.simultaneous, self.base = self._first()

    def served(self) -> Mapping[str, Served]:
        """Return the collectivités that can be served, by SIRET; a broken one is told, and keeps nobody waiting."""
        with self._lock:
            if monotonic() - self._looked >= self._fresh:
                self._looked = monotonic()
                self._look()
            return self._served

    def app(self, siret: str) -> App:
        """Return a wired collectivité; raises ConfigError, where its configuration or what it names is unusable."""
        one = self.served().get(siret)
        if one is None:
            message = f"La collectivité {siret} n'est plus dans la configuration, ou ne s'y lit pas."
            raise ConfigError(message)
        with self._lock:
            known = self._apps.pop(siret, None)
        if known is None or known[0] != one.house:
            known = (one.house, self._build(one.settings, one.house.folder, _nobody))
        with self._lock:
            self._apps[siret] = known
            while len(self._apps) > ROOM:
                self._apps.popitem(last=False)
        return known[1]

    def _look(self) -> None:
        """Read the configuration again if it has changed; one that is being written meanwhile changes nothing yet."""
        stamp = _stamp(self._configuration)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._served = self._read()
        except ConfigError as error:
            LOG.warning("configuration illisible, la précédente sert encore", raison=str(error))

    def _first(self) -> tuple[int, str]:
        """Return what is common to all, as the first readable collectivité says it."""
        troubles = []
        for one in houses(self._configuration):
            try:
                settings = one.settings()
                base = base_of(settings, one.folder)
            except ConfigError as error:
                troubles.append(str(error))
                continue
            if not base.startswith("postgresql"):
                message = (
                    "Les ouvriers ont besoin de PostgreSQL, et la base de cette configuration est un fichier SQLite. "
                    "Sur une seule machine, lancez « dematfin service » : il fait le même travail."
                )
                raise ConfigError(message)
            return settings.service.simultanees, base
        raise ConfigError(troubles[0])

    def _read(self) -> dict[str, Served]:
        found = {}
        for one in houses(self._configuration):
            known = self._served.get(one.siret)
            try:
                found[one.siret] = known if known and known.house == one else self._serve(one)
            except ConfigError as error:
                LOG.warning("collectivité non servie", collectivite=one.siret, ou=one.where, raison=str(error))
        return found

    def _serve(self, one: House) -> Served:
        settings = one.settings()
        if base_of(settings, one.folder) != self.base:
            message = "Sa base n'est pas celle des autres : elle ne peut pas être servie par les mêmes ouvriers."
            raise ConfigError(message)
        return Served(house=one, settings=settings, schedules=hours_of(settings.horaires, settings.fuseau))


def _stamp(configuration: Path) -> Stamp:
    """Return what changes when a configuration does."""
    folder = configuration if configuration.is_dir() else configuration.parent
    files = folder.glob("*.toml") if configuration.is_dir() else (configuration, folder / "commun.toml")
    seen = ((str(one), one.stat()) for one in sorted(files) if one.exists())
    return tuple((name, found.st_mtime_ns, found.st_size) for name, found in seen)


def _nobody(question: str) -> str:
    message = f"« {question} » : personne n'est là pour répondre. Donnez une référence dans la configuration."
    raise ConfigError(message)
