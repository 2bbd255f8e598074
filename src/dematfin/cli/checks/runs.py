"""What runs without anybody: when it is due, whether it came, how each step went, who was told."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good, look
from dematfin.cli.output import counted
from dematfin.config.service import hours_of
from dematfin.domain.unattended.alarm import Alarm, AlarmState
from dematfin.domain.unattended.judgement import LATE, Hours, aside, late, missed
from dematfin.domain.unattended.run import DAY, JOURNAL, Run
from dematfin.support.timetable import next_after

DAYS: Final = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
HOURS: Final = "horaires"
STEPS: Final = "étapes"
LEASES: Final = "étapes en cours"
ALIVE: Final = "Regardez ce qui la lance : systemctl status dematfin (ou son minuteur), ou la crontab."
TOLD: Final = timedelta(days=7)


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


def _scheduled(examined: Examined, key: str, after: Hours, last: Run | None) -> Line:
    now = examined.now
    subject, following = f"{HOURS}, {key}", after(now)
    coming = f"prochain passage {_said(following)}" if following else "plus aucun passage"
    if last is None:
        return look(subject, f"n'est jamais passée ; {coming}", ALIVE)
    began = examined.clock.local(last.began_at)
    count = missed(after, began, now)
    if count == LATE:
        return bad(subject, late(began), ALIVE, code=1)
    if count:
        return look(subject, f"attendue, elle n'est pas encore passée (dernier passage {_said(began)})", ALIVE)
    return good(subject, f"dernier passage {_said(began)}, {coming}")


def steps(examined: Examined) -> Iterator[Line]:
    """Say when each step last went well, and which ones do not, or were given up."""
    known = [one for key, one in sorted(_runs(examined).items()) if key not in {DAY, JOURNAL}]
    for one in known:
        if one.aside_since:
            yield bad(f"{STEPS}, {one.id}", aside(one.id, examined.clock.local(one.aside_since)), "", code=1)
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
