"""Who watches: each collectivité is looked at again when somebody asks and what is known of it is no longer fresh.

One that cannot be looked at says so and hides none of the others; with thousands of them a question takes its time
and no more, those that were looked at least recently first.
"""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from math import inf
from threading import Lock
from time import monotonic
from typing import Final, TypedDict

from dematfin.acts.health import Watched, standing
from dematfin.config.service import hours_of
from dematfin.config.settings import Settings
from dematfin.config.several import House
from dematfin.domain.parties.person import UNATTENDED
from dematfin.domain.unattended.health import Trouble, Vitals, troubles
from dematfin.domain.unattended.judgement import Hours
from dematfin.domain.unattended.standing import Standing
from dematfin.errors import ConfigError, DematfinError, LedgerAway
from dematfin.ports.app import App
from dematfin.steps.day import KEYS, NAMES
from dematfin.steps.outcome import Tally
from dematfin.support.timetable import next_after
from dematfin.wiring import MEGABYTE, ask_nobody, build, saved_of, signing_ends_on

FRESH: Final = 15.0
"""Seconds for which a look holds: monitoring asks more often than things change."""
PATIENCE: Final = 5.0
"""Seconds that a question of a monitoring may take; those that were not looked at yet are told next time."""
SPOKEN: Final = {key: NAMES.get(step, key) for step, key in KEYS.items()}
SIGNATURE: Final = "la signature"

NO_TIME: Final = datetime.min.replace(tzinfo=UTC)

Open = Callable[[House, Settings], Watched]
Named = Callable[[], Sequence[House]]
"""The collectivités of a configuration, as it says them now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What was found of one collectivité; `at` counts seconds from nowhere."""

    siret: str
    name: str
    at: float
    vitals: Vitals
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seat:
    """What a configuration says of a collectivité, read once a day: what was mended in its files is seen then."""

    house: House
    settings: Settings
    schedules: dict[str, Hours]
    signing_ends_on: date | None
    opened_on: date


class Watch:
    """Looks at the collectivités of one configuration; may be asked by several threads."""

    def __init__(self, named: Named, open_app: Open | None = None, *, fresh: float = FRESH) -> None:
        """Prepare to look; whoever has opened these collectivités already says how to find them with `open_app`."""
        self._named = named
        self._open = open_app or _opened
        self._fresh = fresh
        self._seats: dict[str, _Seat] = {}
        self._looks: dict[str, Look] = {}
        self._turn = Lock()

    def looks(self, patience: float = PATIENCE) -> tuple[Look, ...]:
        """Return what is known of each collectivité, in the order of the configuration."""
        with self._turn:
            end = monotonic() + patience
            named = {one.siret or one.where: one for one in self._named()}
            for key in sorted(named, key=self._looked_at):
                if monotonic() > end or monotonic() - self._looked_at(key) < self._fresh:
                    break
                self._looks[key] = self._look(key, named[key])
            return tuple(self._looks[key] for key in named if key in self._looks)

    def _looked_at(self, key: str) -> float:
        return self._looks[key].at if key in self._looks else -inf

    def _look(self, key: str, house: House) -> Look:
        try:
            vitals = self._vitals(key, house)
        except ConfigError as error:
            vitals = Vitals(now=NO_TIME, misconfigured=str(error))
        except DematfinError as error:
            vitals = Vitals(now=NO_TIME, put_off=str(error))
        return Look(siret=house.siret, name=house.name, at=monotonic(), vitals=vitals, troubles=troubles(vitals))

    def _vitals(self, key: str, house: House) -> Vitals:
        known = self._seats.get(key)
        settings = known.settings if known and known.house is house else house.settings()
        try:
            app = self._open(house, settings)
            return _vitals_of(app, self._seat(key, house, app.clock.today()))
        except LedgerAway as error:
            return Vitals(now=NO_TIME, silence=str(error), **_room(settings))

    def _seat(self, key: str, house: House, today: date) -> _Seat:
        seat = self._seats.get(key)
        if seat is None or seat.house is not house or seat.opened_on != today:
            settings = house.settings()
            hours = hours_of(settings.horaires, settings.fuseau)
            seat = self._seats[key] = _Seat(
                house=house,
                settings=settings,
                schedules={one: partial(next_after, of_one) for one, of_one in hours.items()},
                signing_ends_on=_signing_ends_on(settings, house),
                opened_on=today,
            )
        return seat


def _opened(house: House, settings: Settings) -> App:
    return build(settings, house.folder, ask_nobody)


def _signing_ends_on(settings: Settings, house: House) -> date | None:
    """Return the last day of the certificate of signature, where it can be opened without anybody."""
    try:
        return signing_ends_on(settings, house.folder)
    except DematfinError:
        return None


def _vitals_of(app: Watched, seat: _Seat) -> Vitals:
    clock = app.clock
    seen, silence = _standing_of(app)
    if seen and seat.signing_ends_on:
        seen = replace(seen, certificates={**seen.certificates, SIGNATURE: seat.signing_ends_on})
    return Vitals(
        now=clock.local(clock.now()),
        standing=seen,
        silence=silence,
        **_room(seat.settings),
        saved=saved_of(seat.settings, seat.house.folder),
        schedules=seat.schedules,
        names=SPOKEN,
    )


def _standing_of(app: Watched) -> tuple[Standing | None, str]:
    """Return where a collectivité stands, or why its ledger does not say, known or not."""
    tally = Tally("santé")
    found: list[Standing] = []
    with tally.whole("Base"):
        found.append(standing(app, UNATTENDED))
    why = tally.outcome().failures
    return (found[0], "") if found else (None, why[0].sentence)


class _Room(TypedDict):
    disk_free: int | None
    disk_minimum: int


def _room(settings: Settings) -> _Room:
    try:
        free = shutil.disk_usage(settings.stockage.documents).free
    except OSError:
        free = None
    return _Room(disk_free=free, disk_minimum=settings.stockage.espace_minimum_mo * MEGABYTE)
