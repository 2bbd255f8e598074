"""Is a collectivité well saved? Judged alike by `diagnostic` and by `sante`, on what manifests say."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

YOUNG: Final = timedelta(hours=26)
"""Two a day; one that fails is made good by the next, and one takes its time."""
WEEKLY: Final = timedelta(days=9)
"""One a week is copied elsewhere, by the first backup of the week that can."""
PROVED: Final = timedelta(days=40)
"""A restoration is tried each month, and a month may be missed by some days."""
NOW: Final = "Lancez-en une maintenant (dematfin sauvegarde), et regardez pourquoi la dernière ne s'est pas faite."
TRY: Final = "Essayez-en une : dematfin restauration --verifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The last time that a backup was restored beside, to see.

    Attributes:
        backup: its name.
        faults: why it cannot be restored; empty when it can.
        spoilt: fingerprints of the documents that were not there, or not what they should be.
    """

    backup: str
    at: datetime
    faults: tuple[str, ...]
    spoilt: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a folder of backups holds of a collectivité; times are local.

    Attributes:
        where: the folder.
        last: when its newest backup was taken; None: there is none.
        missing: documents that the newest one lacks.
        trial: None: no restoration was ever tried.
        away: why the folder cannot be read; empty: it can.
        ahead: how many are dated after now; they are not counted in the rest.
        elsewhere: the same of the folder where one a week is copied; None: there is none.
    """

    where: str
    last: datetime | None = None
    missing: int = 0
    trial: Trial | None = None
    away: str = ""
    ahead: int = 0
    elsewhere: "Saved | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worry:
    """One thing that is wrong with backups: what, and what to do; `grave`: nothing recent could be restored."""

    found: str
    remedy: str
    grave: bool


def worries(saved: Saved, now: datetime) -> Iterator[Worry]:
    """Yield what is wrong."""
    if saved.ahead:
        found = f"{saved.ahead} datée(s) de l'avenir dans {saved.where} : l'horloge d'une machine est ou était fausse"
        remedy = "Mettez la machine à l'heure (timedatectl), puis faites-en une autre (dematfin sauvegarde)."
        yield Worry(found=found, remedy=remedy, grave=True)
    yield from _of_the_place(saved, now)
    if saved.elsewhere:
        yield from _of_the_copy(saved.elsewhere, now)


def _of_the_copy(there: Saved, now: datetime) -> Iterator[Worry]:
    if there.away or there.last is None:
        found = f"ailleurs, {there.where} ne se lit pas : {there.away}" if there.away else f"aucune dans {there.where}"
        remedy = f"Montez ce dossier. S'il est neuf et vide : dematfin sauvegarde {there.where} --preparer"
        yield Worry(found=found, remedy=remedy, grave=False)
    elif now - there.last > WEEKLY:
        found = f"ailleurs, la dernière est du {_at(there.last)} ({there.where})"
        yield Worry(found=found, remedy="Montez ce dossier, puis : dematfin sauvegarde", grave=False)


def _of_the_place(saved: Saved, now: datetime) -> Iterator[Worry]:
    if saved.away:
        yield Worry(found=f"{saved.where} ne se lit pas : {saved.away}", remedy="Montez ce dossier.", grave=True)
    elif saved.last is None:
        yield Worry(found=f"aucune dans {saved.where}", remedy=NOW, grave=True)
    else:
        yield from _of_the_last(saved, saved.last, now)
        yield from _of_the_trial(saved.trial, now)


def _of_the_last(saved: Saved, last: datetime, now: datetime) -> Iterator[Worry]:
    if now - last > YOUNG:
        yield Worry(found=f"la dernière est du {_at(last)} ({saved.where})", remedy=NOW, grave=True)
    if saved.missing:
        found = f"il manque {saved.missing} document(s) à celle du {_at(last)}"
        remedy = "Elle dit lesquels (manifeste.json) : remettez-les d'une sauvegarde plus ancienne."
        yield Worry(found=found, remedy=remedy, grave=True)


def _of_the_trial(trial: Trial | None, now: datetime) -> Iterator[Worry]:
    if trial is None:
        yield Worry(found="aucune restauration n'a jamais été essayée", remedy=TRY, grave=False)
    elif trial.faults:
        found = f"celle du {trial.backup[:10]}, essayée le {_at(trial.at)}, ne se restaure pas : {trial.faults[0]}"
        yield Worry(found=found, remedy="Faites-en une autre, puis essayez-la.", grave=True)
    elif now - trial.at > PROVED:
        yield Worry(found=f"la dernière restauration d'essai est du {_at(trial.at)}", remedy=TRY, grave=False)


def _at(instant: datetime) -> str:
    return f"{instant:%d/%m/%Y %H:%M}"
