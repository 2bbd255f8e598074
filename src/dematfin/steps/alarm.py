"""Alarm: whoever has to act is told by mail of what is urgent and new, and once a week of what lasts.

What is to be told is committed before the mail leaves. A mail whose fate nobody knows is not sent again: it is told
here, and within a week by the reminder of what lasts.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from dematfin.domain.mail import Mail
from dematfin.domain.parties.person import Person
from dematfin.domain.unattended.alarm import Alarm, AlarmState, Message, message
from dematfin.domain.unattended.alarm_mail import compose
from dematfin.domain.unattended.trouble import Trouble
from dematfin.errors import AccessDenied, DematfinError, Refused, UnknownOutcome
from dematfin.ports.app import App
from dematfin.ports.mailer import Mailer
from dematfin.steps.outcome import UNFORESEEN, Outcome, Tally
from dematfin.steps.urgent import urgent

ALERTS: Final = "alertes"
FEW: Final = 3
"""Troubles that one line tells."""


def alarm(app: App) -> Outcome:
    """Send what is to be told now, one mail an address, and tell what could not be."""
    tally = Tally(ALERTS)
    if not app.policy.alarms.active:
        return tally.outcome()
    _tell_interrupted(app, tally)
    found = urgent(app)
    with app.ledger.reading() as books:
        addresses = app.policy.alarms.addresses(books.find(Person))
    if found and (why := _nobody(app, addresses)):
        tally.note(f"À traiter sans attendre, et personne n'est prévenu ({len(found)}, dematfin etat) : {why}")
    elif app.mailer is not None:
        _tell_each(app, app.mailer, found, addresses, tally)
    return tally.outcome()


def _nobody(app: App, addresses: Sequence[str]) -> str:
    if app.mailer is None:
        return "la configuration n'a pas de section [courriel]."
    if not addresses:
        return "donnez une adresse à un agent (personne ajouter … --courriel ADRESSE), ou remplissez [alertes]."
    return ""


def _tell_each(app: App, mailer: Mailer, found: Sequence[Trouble], addresses: Sequence[str], tally: Tally) -> None:
    for number, address in enumerate(addresses, start=1):
        if not _deliver(app, mailer, found, address, tally):
            if later := len(addresses) - number:
                tally.note(f"Courriels remis au prochain passage, faute de serveur : {later}.")
            return


def _deliver(app: App, mailer: Mailer, found: Sequence[Trouble], address: str, tally: Tally) -> bool:
    """Tell one address; return whether the next one may be told."""
    goes_on = True
    with tally.item(f"Alerte à {address}"):
        told, before = _intend(app, found, address)
        if told is None:
            return goes_on
        try:
            mailer.send(_written(app, told))
        except UnknownOutcome as error:
            _settle(app, told, AlarmState.DOUBTFUL, str(error))
            raise
        except DematfinError as error:
            goes_on = isinstance(error, Refused) and not isinstance(error, AccessDenied)
            _take_back(app, told, before, str(error))
            raise
        except Exception:
            _take_back(app, told, before, UNFORESEEN)
            raise
        _settle(app, told, AlarmState.SENT)
        tally.done(address)
    return goes_on


def _intend(app: App, found: Sequence[Trouble], address: str) -> tuple[Message | None, dict[str, Alarm]]:
    """Write down what is about to leave, and what is over; return what is told, and what was known before."""
    with app.ledger.transaction() as books:
        known = {one.about: one for one in books.find(Alarm, recipient=address)}
        told = message(address, found, known, app.clock.today())
        books.save(*_moved(known.values(), {one.key for one in found}))
        if told:
            books.save(*told.alarms(known, _written(app, told).id, app.clock.now()))
    return told, known


def _moved(known: Iterable[Alarm], found: Collection[str]) -> Iterator[Alarm]:
    """Yield what has gone, or come back, since the last run."""
    for one in known:
        if one.lasting != (one.about in found):
            yield replace(one, lasting=not one.lasting)


def _written(app: App, told: Message) -> Mail:
    return compose(told, app.policy.name, app.policy.web_url)


def _settle(app: App, told: Message, state: AlarmState, why: str = "") -> None:
    with app.ledger.transaction() as books:
        carried = books.find(Alarm, recipient=told.recipient, mail=_written(app, told).id, state=AlarmState.SENDING)
        books.save(*(replace(one, state=state, outcome=why) for one in carried))


def _take_back(app: App, told: Message, before: Mapping[str, Alarm], why: str) -> None:
    """Write down that a mail did not leave: what it said is still to be said."""
    with app.ledger.transaction() as books:
        carried = books.find(Alarm, recipient=told.recipient, mail=_written(app, told).id, state=AlarmState.SENDING)
        books.save(*(one.unsent(before.get(one.about), why) for one in carried))


def _tell_interrupted(app: App, tally: Tally) -> None:
    """A run that died while it sent left its intention behind: nobody knows if its mail left, and a day says so."""
    with app.ledger.transaction() as books:
        lost = sorted(books.find(Alarm, state=AlarmState.SENDING), key=lambda one: (one.mail, one.id))
        books.save(*(replace(one, state=AlarmState.DOUBTFUL, outcome="envoi interrompu") for one in lost))
    for _, group in groupby(lost, key=lambda one: one.mail):
        about = list(group)
        said = " ".join(one.sentence for one in about[:FEW])
        sentence = (
            "l'envoi a été interrompu, il est peut-être parti et n'est pas renvoyé avant une semaine. Prévenez cette "
            f"personne ({len(about)}) : {said}"
        )
        tally.failed(f"Alerte à {about[0].recipient}", UnknownOutcome(sentence))
