"""What nobody would see who does not look: said so that the same thing, a day older, is known for the same."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from dematfin.domain.figures.alerts import alerts, password_alert
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.link_alerts import certificate_alert
from dematfin.domain.figures.urgency import URGENT
from dematfin.domain.parties.iban import hide
from dematfin.domain.unattended.run import DAY, Run

AGES: Final = re.compile(r"(?:dans |depuis )?\b\d+ (?:min|h|jours?)\b|aujourd'hui")
"""What is another sentence each day of the same thing."""
QUEUE: Final = re.compile(r"le flux (\S+) attend |\d+ flux attendent, d'abord (\S+), ")
"""A breakdown that lasts is the same one, however many flows wait behind the first."""
LONGEST: Final = 600

Local = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that needs a person.

    Attributes:
        sentence: what happened, to what, and what to do.
        urgent: it is told again each week as long as it lasts.
    """

    sentence: str
    urgent: bool

    @property
    def key(self) -> str:
        """Name it by what does not change from one day to the next."""
        lasting = AGES.sub("", QUEUE.sub(r"\1\2 ", self.sentence))
        return hashlib.sha256(lasting.encode()).hexdigest()[:32]


def troubles(held: Holdings, runs: Iterable[Run], now: datetime, local: Local) -> tuple[Trouble, ...]:
    """Return all that needs a person, each once, what is urgent first; `now` is in local time."""
    said = [*(one for one in alerts(held, now) if URGENT in one), *_of_runs(runs, local), *_ending(held, now.date())]
    found = {one.key: one for one in map(_trouble, said)}
    return tuple(sorted(found.values(), key=lambda one: not one.urgent))


def _trouble(sentence: str) -> Trouble:
    shown = hide(sentence)
    return Trouble(sentence=shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…", urgent=URGENT in sentence)


def _of_runs(runs: Iterable[Run], local: Local) -> Iterator[str]:
    """Yield the steps that were given up, and those that failed on two of the days on which they were run."""
    for run in runs:
        if run.aside_since:
            yield (
                f"{URGENT}Étape « {run.id} » : mise de côté depuis le {local(run.aside_since):%d/%m/%Y}, le programme "
                "s'y est arrêté plusieurs fois de suite ; la journée se fait sans elle. Rien n'est perdu. Prévenez "
                f"l'exploitant, puis relancez-la : dematfin ouvrier relancer {run.id}"
            )
        elif run.id != DAY and run.failing_since and run.failed and _for_days(run, local):
            yield (
                f"{URGENT}Étape « {run.id} » : aucun passage n'a réussi en entier depuis le "
                f"{local(run.failing_since):%d/%m/%Y}. {_first(run.said)} Rien n'est perdu : corrigez, le prochain "
                "passage reprend ce qui reste (dematfin diagnostic dit ce qui manque)."
            )


def _for_days(run: Run, local: Local) -> bool:
    since, last = run.failing_since, run.ended_at
    return since is not None and last is not None and local(since).date() < local(last).date()


def _first(said: tuple[str, ...]) -> str:
    return f"{said[0].rstrip('.')}." if said else "Lancez la journée à la main, elle dit pourquoi."


def _ending(held: Holdings, today: date) -> Iterator[str]:
    """Yield what ends within sixty days: another sentence at thirty days, and at seven."""
    links = (certificate_alert(one.name, one.certificate_expires_on, today) for one in held.links)
    passwords = (password_alert(rules, today) for rules in held.structures)
    yield from filter(None, (*links, *passwords))
