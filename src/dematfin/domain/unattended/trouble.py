"""What nobody would see who does not look: said so that the same thing, a day older, is known for the same."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from dematfin.domain.figures.alerts import alerts, password_alert
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.link_alerts import ending_alert
from dematfin.domain.figures.urgency import URGENT
from dematfin.domain.parties.iban import hide
from dematfin.domain.unattended.judgement import aside, broken_journal
from dematfin.domain.unattended.run import DAY, JOURNAL, Run
from dematfin.domain.visa.folder import FolderState, VisaFolder

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
        key: names it by what does not change from one day to the next.
        sentence: what happened, to what, and what to do.
        urgent: it is told again each week as long as it lasts.
    """

    key: str
    sentence: str
    urgent: bool


def troubles(held: Holdings, runs: Iterable[Run], now: datetime, local: Local) -> tuple[Trouble, ...]:
    """Return all that needs a person, each once, what is urgent first; `now` is in local time."""
    said = (*(one for one in alerts(held, now) if URGENT in one), *_ending(held, now.date()))
    others = (*_of_runs(runs, local), *_seen_by_nobody(held.folders))
    found = {one.key: one for one in (*(_trouble(one) for one in said), *others)}
    return tuple(sorted(found.values(), key=lambda one: not one.urgent))


def _trouble(sentence: str, about: str = "") -> Trouble:
    """Return what a sentence says; without `about`, it is known by its words, its ages left out."""
    shown = hide(sentence)
    lasting = about or AGES.sub("", QUEUE.sub(r"\1\2 ", sentence))
    return Trouble(
        key=hashlib.sha256(lasting.encode()).hexdigest()[:32],
        sentence=shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}…",
        urgent=URGENT in sentence,
    )


def _of_runs(runs: Iterable[Run], local: Local) -> Iterator[Trouble]:
    """Yield a journal that is broken, the steps that were set aside, those that failed on two of their days.

    And the day that failed on two days of what no step says: one that could not begin has no run that tells it.
    """
    runs = tuple(runs)
    for run in runs:
        if run.id == JOURNAL:
            if run.failed:
                yield _trouble(URGENT + broken_journal(local(run.began_at)), JOURNAL)
        elif run.aside_since:
            yield _trouble(URGENT + aside(run.id, local(run.aside_since)), f"{run.id} {run.aside_since}")
        elif run.failing_since and run.failed and _for_days(run, local):
            if run.id != DAY:
                yield _trouble(_failing(run, local(run.failing_since)), f"{run.id} {run.failing_since}")
            elif unsaid := _said_by_no_step(run, runs, local):
                yield _trouble(_unbegun(unsaid, local(run.failing_since)), f"{run.id} {run.failing_since}")


def _said_by_no_step(day: Run, runs: Iterable[Run], local: Local) -> str:
    """Return the first sentence of a day that comes from no run of a step."""
    steps = [one for one in runs if one.id != DAY]
    known = {sentence for one in steps for sentence in one.said}
    known |= {aside(one.id, local(one.aside_since)) for one in steps if one.aside_since}
    return next((one for one in day.said if one not in known), "")


def _unbegun(why: str, since: datetime) -> str:
    return (
        f"{URGENT}Journée : aucune n'a réussi en entier depuis le {since:%d/%m/%Y}. {why.rstrip('.')}. Rien n'est "
        "perdu : corrigez, ou arrêtez la commande qui occupe l'étape si elle est restée bloquée, la prochaine journée "
        "reprend ce qui reste (dematfin diagnostic dit ce qui manque)."
    )


def _failing(run: Run, since: datetime) -> str:
    why = f"{run.said[0].rstrip('.')}." if run.said else "Lancez la journée à la main, elle dit pourquoi."
    return (
        f"{URGENT}Étape « {run.id} » : aucun passage n'a réussi en entier depuis le {since:%d/%m/%Y}. {why} Rien n'est "
        "perdu : corrigez, le prochain passage reprend ce qui reste (dematfin diagnostic dit ce qui manque)."
    )


def _for_days(run: Run, local: Local) -> bool:
    """Say whether it failed on two of its days; a day that is open, as it tells, has only begun."""
    since, last = run.failing_since, run.ended_at or run.began_at
    return since is not None and local(since).date() < local(last).date()


def _seen_by_nobody(folders: Sequence[VisaFolder]) -> Iterator[Trouble]:
    """Yield once that a desk of the circuits is nobody's, however many invoices wait for it."""
    waiting = sorted(one.invoice_id for one in folders if one.state is FolderState.DRAFT)
    if waiting:
        what = f"{len(waiting)} factures n'ont" if len(waiting) > 1 else "une facture n'a"
        sentence = (
            f"{URGENT}Visas : {what} aucun viseur (la première : {waiting[0]}), un bureau de leur circuit n'est à "
            "personne. Donnez-le à quelqu'un : dematfin personne ajouter … --bureau BUREAU, ou corrigez [visa]."
        )
        yield _trouble(sentence, "bureau sans viseur")


def _ending(held: Holdings, today: date) -> Iterator[str]:
    """Yield what ends within sixty days: another sentence at thirty days, and at seven."""
    links = (ending_alert(one, today) for one in held.links)
    passwords = (password_alert(rules, today) for rules in held.structures)
    yield from filter(None, (*links, *passwords))
