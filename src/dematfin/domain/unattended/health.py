"""Is a collectivité well served while nobody looks? Each trouble is told once, with its remedy.

A sentence names no person, no supplier and no amount: a monitoring may show it. `detail` is for who keeps it up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import IntEnum
from typing import Final

from dematfin.domain.backup.standing import Saved, worries
from dematfin.domain.figures.urgency import urgency
from dematfin.domain.restoration import told
from dematfin.domain.unattended.judgement import LATE, Hours, aside, broken_journal, late, missed
from dematfin.domain.unattended.run import DAY, Run
from dematfin.domain.unattended.standing import Standing

LASTS: Final = timedelta(hours=1)
"""An elimination takes minutes."""


class Grade(IntEnum):
    """How bad it is; also the exit code of `sante`."""

    GOOD = 0
    TO_SEE = 1  # it works, and somebody has to look
    BROKEN = 2  # something does not work any more


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One thing that is wrong."""

    code: str
    grade: Grade
    sentence: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """What was found of a collectivité; times are local.

    Attributes:
        standing: None: its ledger did not answer, for the reason `silence`.
        misconfigured: why its configuration cannot be used; empty: it can.
        put_off: why the process that was asked does not serve it now; empty: it does, or serves nobody.
        disk_free, disk_minimum: bytes where its documents are; None: nobody could tell.
        saved: what is known of its backups; None: nobody said where they are.
        schedules: hours of the day and of the steps that are run by themselves.
        names: what people call each step.
    """

    now: datetime
    standing: Standing | None = None
    silence: str = ""
    misconfigured: str = ""
    put_off: str = ""
    disk_free: int | None = None
    disk_minimum: int = 0
    saved: Saved | None = None
    schedules: Mapping[str, Hours] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


def troubles(vitals: Vitals) -> tuple[Trouble, ...]:
    """Return what is wrong, worst first."""
    return tuple(sorted(_found(vitals), key=lambda one: -one.grade))


def grade(found: tuple[Trouble, ...]) -> Grade:
    """Return how bad it is, all told."""
    return max((one.grade for one in found), default=Grade.GOOD)


def _found(vitals: Vitals) -> Iterator[Trouble]:
    if vitals.misconfigured:
        sentence = "Sa configuration est inutilisable. Corrigez-la : dematfin config verifier dit quoi."
        yield _broken("configuration", sentence, vitals.misconfigured)
        return
    if vitals.put_off:
        sentence = "Ce service ne s'en occupe pas pour l'instant. Voyez ce qu'il en dit : journalctl -u dematfin."
        yield _to_see("attente", sentence, vitals.put_off)
        return
    yield from _of_disk(vitals)
    for one in worries(vitals.saved, vitals.now) if vitals.saved else ():
        yield _to_see("sauvegarde", f"Sauvegardes : {one.found}. {one.remedy}")
    if vitals.standing is None:
        sentence = (
            "La base ne nous répond pas. Vérifiez qu'elle tourne, et la section [stockage] (dematfin config verifier)."
        )
        yield _broken("base", sentence, vitals.silence)
        return
    yield from _of_base(vitals.standing)
    yield from _of_eliminations(vitals.standing, vitals.now)
    yield from _of_runs(vitals, vitals.standing)
    yield from _of_aside(vitals.standing)
    yield from _of_neighbours(vitals.standing, vitals.now.date())


def _of_disk(vitals: Vitals) -> Iterator[Trouble]:
    if vitals.disk_free is None:
        yield _broken("disque", "Le dossier des documents n'est pas là. Vérifiez « documents » dans [stockage].")
        return
    free = f"{vitals.disk_free // 1_000_000} Mo libres pour les documents, {vitals.disk_minimum // 1_000_000} exigés"
    if vitals.disk_free < vitals.disk_minimum:
        yield _broken("disque", f"{free} : plus rien n'est importé. Libérez de la place.")
    elif vitals.disk_free < 2 * vitals.disk_minimum:
        yield _to_see("disque", f"{free} : bientôt plus rien ne sera importé. Libérez de la place.")


def _of_base(standing: Standing) -> Iterator[Trouble]:
    last = standing.journal
    if last is not None and last.failed:
        yield _broken("journal", broken_journal(last.began_at), " ".join(last.said))
    if standing.restored:
        yield _broken("restauration", told(standing.restored))


def _of_eliminations(standing: Standing, now: datetime) -> Iterator[Trouble]:
    """Tell one that was cut short: what it has announced is refused, were it given again, until it has ended."""
    for key, since in standing.unended.items():
        if now - since > LASTS:
            sentence = (
                f"L'élimination {key}, commencée le {since:%d/%m/%Y à %H:%M}, n'est pas finie. Relancez la même "
                "commande (dematfin elimination executer, même visa) : elle finit."
            )
            yield _to_see("elimination", sentence)


def _of_neighbours(standing: Standing, today: date) -> Iterator[Trouble]:
    for name, end in standing.certificates.items():
        yield from _of_certificate(name, end, today)
    for name, since in standing.troubled_links.items():
        if since.date() < today:
            remedy = "Voyez les alertes (dematfin etat), puis dematfin config verifier."
            yield _to_see("liaison", f"{name} : rien ne passe plus depuis le {since:%d/%m/%Y}. {remedy}")


def _of_runs(vitals: Vitals, standing: Standing) -> Iterator[Trouble]:
    for key, hours in vitals.schedules.items():
        what = _called(vitals, key)
        last = standing.run(key)
        if last is None:
            sentence = f"{what} : jamais lancée. Démarrez le service, ou lancez-la une fois (dematfin journee)."
            yield _to_see("jamais", sentence)
        elif missed(hours, last.began_at, vitals.now) == LATE:
            yield _broken("retard", f"{what} : {late(last.began_at)} Vérifiez que le service tourne.")
        elif last.failed and missed(hours, last.done_at or last.began_at, vitals.now) == LATE:
            yield _to_see("echec", _failing(what, last), " ".join(last.said))


def _failing(what: str, last: Run) -> str:
    since = f"depuis le {last.done_at:%d/%m/%Y à %H:%M}" if last.done_at else "depuis toujours"
    return f"{what} : rien ne réussit en entier {since}, {last.failed} en échec. Voyez les alertes (dematfin etat)."


def _of_aside(standing: Standing) -> Iterator[Trouble]:
    for one in standing.aside:
        if one.aside_since:
            yield _broken("de-cote", aside(one.id, one.aside_since))


def _of_certificate(name: str, end: date, today: date) -> Iterator[Trouble]:
    if end < today:
        yield _broken("certificat", f"Le certificat pour {name} a expiré le {end:%d/%m/%Y}. Remplacez-le.")
    elif urgency(end, today) is not None:
        yield _to_see("certificat", f"Le certificat pour {name} expire le {end:%d/%m/%Y}. Demandez le suivant.")


def _called(vitals: Vitals, key: str) -> str:
    return "La journée" if key == DAY else f"L'étape « {vitals.names.get(key, key)} »"


def _broken(code: str, sentence: str, detail: str = "") -> Trouble:
    return Trouble(code=code, grade=Grade.BROKEN, sentence=sentence, detail=detail)


def _to_see(code: str, sentence: str, detail: str = "") -> Trouble:
    return Trouble(code=code, grade=Grade.TO_SEE, sentence=sentence, detail=detail)
