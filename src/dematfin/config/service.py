"""`[horaires]`, `[service]`: what runs without anybody, and when."""

from typing import Annotated, Final

from apscheduler.triggers.combining import OrTrigger
from pydantic import AfterValidator, Field, field_validator

from dematfin.domain.unattended.run import DAY
from dematfin.steps.day import KEYS
from dematfin.support.settings import LocalPath, Section
from dematfin.support.timetable import timetable

PARIS: Final = "Europe/Paris"


def _readable(expressions: tuple[str, ...]) -> tuple[str, ...]:
    if expressions:
        timetable(expressions, PARIS)
    return expressions


Hours = Annotated[tuple[str, ...], AfterValidator(_readable)]
"""Expressions of cron, five fields, in the time zone of the collectivité; none: never."""


class ScheduleSettings(Section):
    """`[horaires]`.

    Attributes:
        journee: when the whole day is run.
        etapes: when one of its steps is run besides, by the key of that step.
    """

    journee: Hours = ("5 7-19 * * 1-5",)
    etapes: dict[str, Hours] = Field(default_factory=dict)

    @field_validator("etapes")
    @classmethod
    def _of_known_steps(cls, etapes: dict[str, Hours]) -> dict[str, Hours]:
        if unknown := sorted(etapes.keys() - KEYS.values()):
            message = f"étape inconnue « {unknown[0]} » (attendu : {', '.join(sorted(KEYS.values()))})"
            raise ValueError(message)
        return etapes


class ServiceSettings(Section):
    """`[service]`: the process that watches over all of it; one for all collectivités of a file.

    Attributes:
        simultanees: collectivités served at the same time.
        ecoute, port: where `/healthz`, `/readyz` and `/metrics` answer; port 0: nowhere.
        metriques: file that the measures are written to after each run, for a collector of files.
        metriques_par_collectivite: whether each collectivité has measures of its own; thousands are told together.
    """

    simultanees: int = Field(default=8, ge=1, le=64)
    ecoute: str = "127.0.0.1"
    port: int = Field(default=0, ge=0, le=65535)
    metriques: LocalPath | None = None
    metriques_par_collectivite: bool = True


def hours_of(settings: ScheduleSettings, zone: str) -> dict[str, OrTrigger]:
    """Return the hours of the day and of its steps, by their keys; what is never run alone is not there."""
    asked = {DAY: settings.journee} | settings.etapes
    return {key: timetable(expressions, zone) for key, expressions in asked.items() if expressions}
