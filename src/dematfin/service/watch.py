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
from typing import Final

from dematfin.acts.health import standing
from dematfin.config.service import hours_of
from dematfin.config.settings import Settings
from dematfin.config.several import House
from dematfin.domain.parties.person import UNATTENDED
from dematfin.domain.unattended.health import Hours, Trouble, Vitals, troubles
from dematfin.domain.unattended.standing import Standing
from dematfin.errors import ConfigError, DematfinError
from dematfin.ports.app import App
from dematfin.steps.day import KEYS, NAMES
from dematfin.steps.outcome import Tally
from dematfin.support.timetable import next_after
from dematfin.wiring import MEGABYTE, build, signing_ends_on

FRESH: Final = 15.0
"""Seconds for which a look holds: monitoring asks more often than things change."""
PATIENCE: Final = 5.0
"""Seconds that a question of a monitoring may take; those that were not looked at yet are told next time."""
SPOKEN: Final = {key: NAMES.get(step, key) for step, key in KEYS.items()}
SIGNATURE: Final = "la signature"

NO_TIME: Final = datetime.min.replace(tzinfo=UTC)

Open = Callable[[House, Settings], App]


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
    """A collectivité that was opened."""

    settings: Settings
    app: App
    schedules: dict[str, Hours]
    signing_ends_on: date | None
    opened_on: date


class Watch:
    """Looks at the collectivités of one configuration; may be asked by several threads."""

    def __init__(self, houses: Sequence[House], open_app: Open | None = None, *, fresh: float = FRESH) -> None:
        """Prepare to look; whoever has opened these collectivités already says how to find them with `open_app`."""
        self._houses = tuple(houses)
        self._open = open_app or _opened
        self._fresh = fresh
        self._seats: dict[int, _Seat] = {}
        self._looks: dict[int, Look] = {}
        self._turn = Lock()

    def looks(self, patience: float = PATIENCE) -> tuple[Look, ...]:
        """Return what is known of each collectivité, in the order of the configuration."""
        with self._turn:
            end = monotonic() + patience
            for place in sorted(range(len(self._houses)), key=self._looked_at):
                if monotonic() > end or monotonic() - self._looked_at(place) < self._fresh:
                    break
                self._looks[place] = self._look(place)
            return tuple(look for _, look in sorted(self._looks.items()))

    def _looked_at(self, place: int) -> float:
        return self._looks[place].at if place in self._looks else -inf

    def _look(self, place: int) -> Look:
        house = self._houses[place]
        try:
            seat = self._seat(place)
        except DematfinError as error:
            vitals = Vitals(now=NO_TIME, misconfigured=str(error))
        else:
            vitals = _vitals_of(seat)
        return Look(siret=house.siret, name=house.name, at=monotonic(), vitals=vitals, troubles=troubles(vitals))

    def _seat(self, place: int) -> _Seat:
        """Open a collectivité, once a day: what was mended in its files meanwhile is seen then."""
        house, seat = self._houses[place], self._seats.get(place)
        if seat is None or seat.opened_on != seat.app.clock.today():
            settings = house.settings()
            app = seat.app if seat else self._open(house, settings)
            self._seats[place] = _Seat(
                settings=settings,
                app=app,
                schedules={
                    key: partial(next_after, one) for key, one in hours_of(settings.horaires, settings.fuseau).items()
                },
                signing_ends_on=_signing_ends_on(settings, house),
                opened_on=app.clock.today(),
            )
        return self._seats[place]


def _opened(house: House, settings: Settings) -> App:
    return build(settings, house.folder, _nobody)


def _nobody(question: str) -> str:
    message = f"Personne n'est là pour répondre à « {question} »."
    raise ConfigError(message)


def _signing_ends_on(settings: Settings, house: House) -> date | None:
    """Return the last day of the certificate of signature, where it can be opened without anybody."""
    try:
        return signing_ends_on(settings, house.folder)
    except DematfinError:
        return None


def _vitals_of(seat: _Seat) -> Vitals:
    clock = seat.app.clock
    seen, silence = _standing_of(seat.app)
    if seen and seat.signing_ends_on:
        seen = replace(seen, certificates={**seen.certificates, SIGNATURE: seat.signing_ends_on})
    return Vitals(
        now=clock.local(clock.now()),
        standing=seen,
        silence=silence,
        disk_free=_free(seat.settings),
        disk_minimum=seat.settings.stockage.espace_minimum_mo * MEGABYTE,
        schedules=seat.schedules,
        names=SPOKEN,
    )


def _standing_of(app: App) -> tuple[Standing | None, str]:
    """Return where a collectivité stands, or why its ledger does not say, known or not."""
    tally = Tally("santé")
    found: list[Standing] = []
    with tally.whole("Base"):
        found.append(standing(app, UNATTENDED))
    why = tally.outcome().failures
    return (found[0], "") if found else (None, why[0].sentence)


def _free(settings: Settings) -> int | None:
    try:
        return shutil.disk_usage(settings.stockage.documents).free
    except OSError:
        return None
