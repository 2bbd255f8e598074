"""Remind: each person on duty is told by mail, once, of the visas that wait, and the direction of those that drag on.

What is to be told is committed before the mail leaves. A mail whose fate nobody knows is never sent again: a reminder
too few is told here, one too many would teach people to read none.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.domain.visa.levels import ONCE, Level, monday
from dematfin.domain.visa.reminder_mail import compose
from dematfin.domain.visa.reminders import (
    SAID,
    Digest,
    Pending,
    Reminder,
    ReminderState,
    digests,
    directors,
    week_id,
    with_week,
)
from dematfin.domain.visa.task import VisaTask
from dematfin.domain.visa.weekly import LONG, Week, week
from dematfin.errors import AccessDenied, DematfinError, Refused, UnknownOutcome
from dematfin.ports.app import App
from dematfin.ports.ledger import Between, Books
from dematfin.ports.mailer import Mailer
from dematfin.steps.monday import with_figures
from dematfin.steps.outcome import UNFORESEEN, Outcome, Tally


def remind(app: App) -> Outcome:
    """Send what is to be told now, one mail a person, and tell what could not be."""
    tally = Tally("rappels")
    if not app.policy.reminders.active:
        return tally.outcome()
    if app.mailer is None:
        tally.note("Aucun rappel de visa n'est envoyé : la configuration n'a pas de section [courriel].")
        return tally.outcome()
    _tell_interrupted(app, tally)
    found = with_figures(app, to_tell(app), tally)
    if nowhere := [one.person.name for one in found if not one.person.email]:
        names = ", ".join(nowhere)
        tally.note(f"Sans adresse, donc sans rappel : {names}. Donnez-la : personne ajouter … --courriel ADRESSE")
    waiting = [one for one in found if one.person.email]
    for number, digest in enumerate(waiting, start=1):
        if not _deliver(app, app.mailer, digest, tally):
            if later := len(waiting) - number:
                tally.note(f"Courriels remis au prochain passage, faute de serveur : {later}.")
            break
    return tally.outcome()


def to_tell(app: App) -> tuple[Digest, ...]:
    """Return what each person is to be told now; nothing is sent."""
    with app.ledger.reading() as books:
        folders = books.find(VisaFolder, state=FolderState.IN_CIRCUIT)
        return _digests(app, books, folders, _week(app, books, folders))


def _digests(
    app: App, books: Books, folders: Iterable[VisaFolder], figures: Week | None, only: str = ""
) -> tuple[Digest, ...]:
    """Return the digests about these folders, as the books are now; `only` one person's."""
    today = app.clock.today()
    people = books.find(Person)
    pending = _pending(app, books, folders)
    said = _said(books, [one.folder.id for one in pending], today)
    found = digests(pending, people, books.find(Delegation), today, app.policy.reminders, said)
    if figures:
        found = with_week(found, people, today, figures, said)
    return tuple(one for one in found if only in {"", one.person.id})


def _pending(app: App, books: Books, folders: Iterable[VisaFolder]) -> list[Pending]:
    """Return what can be decided: an invoice that a control holds again, once a refusal is taken back, cannot."""
    kept = list(folders)
    ids = tuple({folder.invoice_id for folder in kept})
    invoices = {one.id: one for one in books.find(Invoice, id=ids) if one.state is InvoiceState.IN_VISA}
    return [_one_pending(app, one, invoices[one.invoice_id]) for one in kept if one.invoice_id in invoices]


def _one_pending(app: App, folder: VisaFolder, invoice: Invoice) -> Pending:
    pay_by = invoice.delay(app.policy.days_for(invoice)).deadline
    supplier = invoice.content.supplier.name
    return Pending(folder=folder, supplier=supplier, amount=invoice.signed_amount, pay_by=pay_by)


def _said(books: Books, folders: list[str], today: date) -> Collection[str]:
    """Return the ids of what was told already of some folders, and of the figures of this week."""
    once = books.find(Reminder, folder=tuple(folders), level=ONCE, state=SAID)
    daily = books.find(Reminder, folder=tuple(folders), level=Level.LATE, day=today, state=SAID)
    weekly = books.find(Reminder, level=Level.WEEKLY, day=Between(low=monday(today)), state=SAID)
    return {one.id for one in (*once, *daily, *weekly)}


def _week(app: App, books: Books, in_circuit: Iterable[VisaFolder]) -> Week | None:
    """Return the figures of last week while a director has not had them, on a day when reminders are sent."""
    rule, today = app.policy.reminders, app.clock.today()
    people = {one.id: one for one in books.find(Person)}
    told = _said(books, [], today)
    missing = [key for key in directors(people.values()) if week_id(today, people[key]) not in told]
    if not (missing and rule.weekly and rule.speaks_on(today)):
        return None
    recent = books.find(VisaTask, waiting=False, due_on=Between(low=today - LONG))
    decided = books.find(VisaFolder, id=tuple({one.folder for one in recent}))
    folders = {one.id: one for one in (*decided, *in_circuit)}
    waiting = [(one.folder, one.pay_by) for one in _pending(app, books, in_circuit)]
    last = monday(today) - timedelta(days=7)
    return week(last, folders.values(), waiting, today, lambda at: app.clock.local(at).date())


def _deliver(app: App, mailer: Mailer, wanted: Digest, tally: Tally) -> bool:
    """Tell one person; return whether the next one may be told."""
    goes_on = True
    with tally.item(f"Courriel à {wanted.person.name}"):
        digest = _intend(app, wanted)
        if digest is None:
            return goes_on  # decided, taken over or told meanwhile
        try:
            mailer.send(compose(digest, app.policy.name, app.policy.web_url))
        except DematfinError as error:
            lost = isinstance(error, UnknownOutcome)
            goes_on = lost or (isinstance(error, Refused) and not isinstance(error, AccessDenied))
            _settle(app, digest, ReminderState.DOUBTFUL if lost else ReminderState.UNSENT, str(error))
            raise
        except Exception:
            _settle(app, digest, ReminderState.UNSENT, UNFORESEEN)
            raise
        _settle(app, digest, ReminderState.SENT)
        tally.done(wanted.person.name)
    return goes_on


def _intend(app: App, wanted: Digest) -> Digest | None:
    """Write down what is about to leave, as things are now: what was decided since is not told any more."""
    keys = tuple({line.about.folder.id for line in wanted.lines})
    with app.ledger.transaction() as books:
        folders = books.find(VisaFolder, id=keys, state=FolderState.IN_CIRCUIT)
        for digest in _digests(app, books, folders, wanted.week, wanted.person.id):
            books.save(*digest.reminders(ReminderState.SENDING, app.clock.now()))
            return digest
    return None


def _settle(app: App, digest: Digest, state: ReminderState, why: str = "") -> None:
    with app.ledger.transaction() as books:
        books.save(*(replace(one, outcome=why) for one in digest.reminders(state, app.clock.now())))


def _tell_interrupted(app: App, tally: Tally) -> None:
    """A run that died while it sent left its intention behind: nobody knows if its mail left, and a day says so."""
    with app.ledger.transaction() as books:
        lost = sorted(books.find(Reminder, state=ReminderState.SENDING), key=lambda one: (one.mail, one.id))
        names = {one.id: one.name for one in books.find(Person)} if lost else {}
        books.save(*(replace(one, state=ReminderState.DOUBTFUL, outcome="envoi interrompu") for one in lost))
    for _, group in groupby(lost, key=lambda one: one.mail):
        about = list(group)
        invoices = ", ".join(sorted({one.invoice_id for one in about if one.invoice_id})) or "bilan de la semaine"
        sentence = (
            f"l'envoi du {about[0].day:%d/%m/%Y} a été interrompu, il est peut-être parti et n'est pas renvoyé. "
            f"Prévenez cette personne. ({invoices})"
        )
        tally.failed(f"Courriel à {names.get(about[0].recipient, about[0].recipient)}", UnknownOutcome(sentence))
