"""The collectivités that a process serves, read again when their configuration changes; those that work stay wired."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

import structlog

from dematfin.config.service import ServiceSettings, hours_of
from dematfin.config.settings import Settings
from dematfin.config.several import House
from dematfin.errors import ConfigError
from dematfin.ports.app import App
from dematfin.ports.clock import Clock
from dematfin.ports.ledger import Ledger
from dematfin.service.configuration import Configuration
from dematfin.service.due import Hours
from dematfin.wiring import Ask, ask_nobody, base_of, build, open_clock, open_ledger

ROOM: Final = 256
"""Collectivités that stay wired at once."""
LASTS: Final = 1800
"""Seconds for which one stays wired: its certificates and its secrets may have been replaced meanwhile."""
FRESH: Final = 10
"""Seconds for which nobody looks whether the configuration has changed: it may be twelve thousand files."""
LOG: Final = structlog.get_logger()
Build = Callable[[Settings, Path, Ask], App]


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """One collectivité that can be served.

    Attributes:
        schedules: its hours, by the key of what is run.
    """

    house: House
    settings: Settings
    schedules: Hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A collectivité as who watches needs it: a worker wires a few, and watches all of them through one pool."""

    house: House
    ledger: Ledger
    clock: Clock


class Houses:
    """What a configuration holds, seen from a process that lasts; threads share it."""

    def __init__(self, configuration: Path, build_app: Build = build, fresh: float = FRESH) -> None:
        """Read it; what it says is good for some seconds.

        Raises:
            ConfigError: nothing can be read of it, or its ledger is not in PostgreSQL.
        """
        self._configuration = Configuration(configuration, fresh=fresh)
        self._build = build_app
        self.again = partial(Houses, configuration, build_app)
        self._lock = threading.Lock()
        self._apps: OrderedDict[str, tuple[House, App, float]] = OrderedDict()
        self._served: dict[str, Served] | None = None
        self._unreadable = ""
        self._seen: dict[str, Seen] = {}
        self.service, self.base = self._first()

    def named(self) -> tuple[House, ...]:
        """Return all the collectivités of the configuration, the broken ones too."""
        return self._configuration.found

    def served(self) -> Mapping[str, Served]:
        """Return the collectivités that can be served, by SIRET; a broken one is told, and keeps nobody waiting."""
        with self._lock:
            if self._has_changed() or self._served is None:
                self._served = self._read(self._served or {})
            return self._served

    def seen(self, house: House, settings: Settings) -> Seen:
        """Return a collectivité to who watches it."""
        known = self._seen.get(house.siret)
        if known is None or known.house is not house:
            known = Seen(house=house, ledger=open_ledger(settings, house.folder), clock=open_clock(settings))
            self._seen[house.siret] = known
        return known

    def app(self, siret: str) -> App:
        """Return a wired collectivité; raises ConfigError, where its configuration or what it names is unusable."""
        one = self.served().get(siret)
        if one is None:
            message = f"La collectivité {siret} n'est plus dans la configuration, ou ne s'y lit pas."
            raise ConfigError(message)
        with self._lock:
            known = self._apps.pop(siret, None)
        if known is None or known[0] != one.house or monotonic() - known[2] > LASTS:
            known = (one.house, self._build(one.settings, one.house.folder, ask_nobody), monotonic())
        with self._lock:
            self._apps[siret] = known
            while len(self._apps) > ROOM:
                self._apps.popitem(last=False)
        return known[1]

    def _has_changed(self) -> bool:
        """Look at the configuration; one that is being written meanwhile changes nothing yet, and is told once."""
        before, self._unreadable = self._unreadable, ""
        try:
            return self._configuration.has_changed()
        except ConfigError as error:
            self._unreadable = str(error)
            if self._unreadable != before:
                LOG.warning("configuration_unreadable", reason=self._unreadable)
            return False

    def _first(self) -> tuple[ServiceSettings, str]:
        """Return what is common to all, as the first readable collectivité says it."""
        troubles = []
        for one in self.named():
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
            return settings.service, base
        raise ConfigError(troubles[0])

    def _read(self, before: Mapping[str, Served]) -> dict[str, Served]:
        found = {}
        for one in self.named():
            known = before.get(one.siret)
            try:
                found[one.siret] = known if known and known.house == one else self._serve(one)
            except ConfigError as error:
                LOG.warning("collectivite_put_off", coll=one.siret, where=one.where, reason=str(error))
        return found

    def _serve(self, one: House) -> Served:
        settings = one.settings()
        if base_of(settings, one.folder) != self.base:
            message = "Sa base n'est pas celle des autres : elle ne peut pas être servie par les mêmes ouvriers."
            raise ConfigError(message)
        return Served(house=one, settings=settings, schedules=hours_of(settings.horaires, settings.fuseau))
