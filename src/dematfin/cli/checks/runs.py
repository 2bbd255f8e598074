"""What runs without anybody: when it is due, whether it came, how each step went, who was told."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look
from dematfin.cli.output import counted
from dematfin.config.service import hours_of
from dematfin.domain.unattended.alarm import Alarm, AlarmState
from dematfin.domain.unattended.run import DAY, Run
from dematfin.support.timetable import next_after

DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
HOURS: Final = "horaires"
STEPS: Final = "étapes"
LEASES: Final = "étapes en cours"
LATE: Final = timedelta(minutes=15)
"""A run takes its turn: one that is due since less is about to come."""
ALIVE: Final = "Regardez ce qui la lance : systemctl status dematfin (ou son minuteur), ou la crontab."
TOLD: Final = timedelta(days=7)

After = Callable[[datetime], datetime | None]
"""The first hour of a schedule after an instant."""


def schedules(examined: Examined) -> Iterator[Line]:
    """Say when each scheduled thing comes next, and which one did not come."""
    settings = examined.settings
    hours = hours_of(settings.horaires, settings.fuseau)
    if DAY not in hours:
        remedy = "Remplissez journee dans [horaires], ou assurez-vous qu'un cron lance dematfin journee."
        yield look(HOURS, "la journée n'a aucun horaire", remedy)
    known = _runs(examined)
    for key, of_key in hours.items():
        yield _scheduled(examined, key, partial(next_after, of_key), known.get(key))


def _scheduled(examined: Examined, key: str, after: After, last: Run | None) -> Line:
    now = examined.now
    subject, following = f"{HOURS}, {key}", after(now)
    coming = f"prochain passage {_said(following)}" if following else "plus aucun passage"
    if last is None:
        return look(subject, f"n'est jamais passée ; {coming}", ALIVE)
    began = examined.clock.local(last.began_at)
    missed = after(began)
    if missed is None or now - missed <= LATE:
        return good(subject, f"dernier passage {_said(began)}, {coming}")
    again = after(missed)
    if again is None or again > now:
        return look(
            subject, f"attendue {_said(missed)}, elle n'est pas encore passée (dernier : {_said(began)})", ALIVE
        )
    found = f"aucun passage depuis {_said(began)}, alors que deux au moins étaient dus : rien ne semble la lancer"
    return bad(subject, found, ALIVE, code=1)


def steps(examined: Examined) -> Iterator[Line]:
    """Say when each step last went well, and which ones do not, or were given up."""
    known = [one for key, one in sorted(_runs(examined).items()) if key != DAY]
    for one in known:
        if one.aside_since:
            found = f"mise de côté depuis {_said(examined.clock.local(one.aside_since))} : le programme s'y arrêtait"
            remedy = f"Prévenez l'exploitant, puis relancez-la : dematfin ouvrier relancer {one.id}"
            yield bad(f"{STEPS}, {one.id}", found, remedy, code=1)
        elif one.failed and one.failing_since:
            since = _said(examined.clock.local(one.failing_since))
            found = f"{counted(one.failed, 'élément')} en échec au dernier passage, et à chacun depuis {since}"
            remedy = "dematfin journee dit lesquels et pourquoi ; le prochain passage reprend ce qui reste."
            yield look(f"{STEPS}, {one.id}", found, remedy, " ".join(one.said))
    done = [f"{one.id} {_said(examined.clock.local(one.done_at))}" for one in known if one.done_at]
    yield good(STEPS, f"dernières réussites : {', '.join(done) or 'aucune encore'}")


def leases(examined: Examined) -> Iterator[Line]:
    """A lease whose holder died is taken over by the next run: nothing to do, and good to know."""
    for step, holder, since in examined.base.left_behind():
        found = (
            f"« {step} » est restée prise par {holder}, arrêté en cours de route {_said(examined.clock.local(since))}"
        )
        yield look(LEASES, found, "Le prochain passage la reprend seul ; s'il s'arrête encore, prévenez l'exploitant.")


def alarms(examined: Examined) -> Iterator[Line]:
    """Say which mails on what is urgent nobody is sure of."""
    today = examined.now.date()
    with examined.base.books() as books:
        lost = books.find(Alarm, state=(AlarmState.SENDING, AlarmState.DOUBTFUL))
    recent = [one for one in lost if one.told_on and today - one.told_on <= TOLD]
    if recent:
        found = f"{counted(len(recent), 'point urgent')} peut-être jamais dit par courriel depuis une semaine"
        yield look("alertes", found, "Lisez-les : dematfin etat. Ils ne sont pas renvoyés avant une semaine.")


def _runs(examined: Examined) -> Mapping[str, Run]:
    with examined.base.books() as books:
        return {one.id: one for one in books.find(Run)}


def _said(at: datetime) -> str:
    return f"{DAYS[at.weekday()]} {at:%d/%m à %H:%M}"
