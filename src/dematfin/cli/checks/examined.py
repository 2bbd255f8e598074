"""The collectivité that is examined: its configuration, its clock, its base, opened without changing anything."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path

from dematfin.cli.checks.line import Line
from dematfin.cli.diagnosis import Diagnosis
from dematfin.config.inherited import merged
from dematfin.config.settings import Settings
from dematfin.config.several import House
from dematfin.store.engine import address
from dematfin.store.inspection import Inspection
from dematfin.support.clock import SystemClock
from dematfin.wiring import open_clock


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One subject.

    Attributes:
        look: yields its lines, or raises the error that tells the remedy.
        seconds: what is granted to it.
        remote: it calls a neighbour.
    """

    subject: str
    look: Callable[["Examined"], Iterable[Line]]
    seconds: int = 20
    remote: bool = False


class Examined:
    """One collectivité; what cannot be opened is said by whatever check needs it."""

    def __init__(self, house: House, file: Path, *, online: bool) -> None:
        """Prepare to look; off line, nobody is called, not even for a list of revoked certificates."""
        alone: dict[str, object] = {"signature": {"telecharger_crl": False}}
        self.house = house if online else replace(house, values=merged(house.values, alone))
        self.file = file
        self.online = online
        self.folder = house.folder

    @cached_property
    def settings(self) -> Settings:
        """Return the settings; raises ConfigError."""
        return self.house.settings()

    @cached_property
    def diagnosis(self) -> Diagnosis:
        """Return what opens things one by one."""
        return Diagnosis(self.house)

    @cached_property
    def clock(self) -> SystemClock:
        """Return the clock of the collectivité."""
        return open_clock(self.settings)

    @property
    def now(self) -> datetime:
        """Return the instant, in local time."""
        return self.clock.local(self.clock.now())

    @cached_property
    def base(self) -> Inspection:
        """Return its base, to be looked at; raises ConfigError when its address cannot be told."""
        where = address(self.settings.stockage, self.folder)
        return Inspection(where, self.settings.collectivite.siret, self.clock.now)
