"""Parapheur: folders leave for a bought i-Parapheur, and come back with what was decided there.

Nothing changes here but by what the i-Parapheur says; nothing is deleted there before all that it held is kept here.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from dematfin.domain.figures.remote_alerts import of_remotes
from dematfin.domain.visa.remote import NOT_FOUND, OPEN, RemoteFolder, RemoteState
from dematfin.errors import AccessDenied, ConfigError, DematfinError, Refused
from dematfin.ports.app import App
from dematfin.ports.parapheur import Parapheur, Phase
from dematfin.steps.dossier import dossier
from dematfin.steps.homecoming import come_home
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.remote import keep_remote, remember

Work = Callable[[App, Parapheur, RemoteFolder, Tally], None]


def parapheur(app: App) -> Outcome:
    """Take back, send, follow and close, in this order."""
    tally = Tally("parapheur")
    if not has_folders_there(app):
        return tally.outcome()
    if app.parapheur is None:
        message = "Des dossiers sont encore dans l'i-Parapheur : remettez la section [parapheur] de la configuration."
        raise ConfigError(message)
    app.parapheur.check()  # what stops everything is said once, and not of each folder
    _each(app, RemoteState.WITHDRAWING, _take_back, tally)
    _each(app, RemoteState.TO_SEND, _send, tally)
    with tally.item("i-Parapheur"):
        _follow_all(app, app.parapheur, tally)
    _each(app, RemoteState.STORED, _close, tally)
    _tell(app, app.clock.today(), tally)
    return tally.outcome()


def has_folders_there(app: App) -> bool:
    """Say whether a folder is there, or on its way there or back."""
    return bool(_found(app, *OPEN))


def _each(app: App, state: RemoteState, work: Work, tally: Tally) -> None:
    if app.parapheur is None:
        return
    for record in _found(app, state):
        with tally.item(f"Facture {record.invoice_id}"), _trouble_kept(app, record):
            work(app, app.parapheur, record, tally)


@contextmanager
def _trouble_kept(app: App, record: RemoteFolder) -> Iterator[None]:
    """Keep what the i-Parapheur says no to, for whoever asks where the folder is."""
    try:
        yield
    except DematfinError as error:
        remember(app, record, trouble=str(error))
        raise


def _send(app: App, there: Parapheur, record: RemoteFolder, tally: Tally) -> None:
    """Send a folder; when its answer is lost, it is sent again under the same id at the next run."""
    sent = dossier(app, record)
    there.submit(sent)
    with app.ledger.transaction() as books:
        now = books.get(RemoteFolder, record.id)
        if now.state is RemoteState.TO_SEND:
            moved = now.arrived(app.clock.now(), len(sent.annexes))
            keep_remote(app, books, now, moved, "envoyé dans l'i-Parapheur")
    tally.done(record.invoice_id)


def _follow_all(app: App, there: Parapheur, tally: Tally) -> None:
    waiting = {record.id: record for record in _found(app, RemoteState.SENT)}
    shown = {key: "" if record.trouble else record.status for key, record in waiting.items()}
    for key in there.moved(shown):
        record = waiting[key]
        with tally.item(f"Facture {record.invoice_id}"), _trouble_kept(app, record):
            _follow(app, there, record, tally)


def _follow(app: App, there: Parapheur, record: RemoteFolder, tally: Tally) -> None:
    """Remember a status that says nothing final; bring an ended folder home."""
    history = there.history(record.id)
    if history.phase in {Phase.FINISHED, Phase.REFUSED}:
        come_home(app, there, record, history, tally)
        return
    status = NOT_FOUND if history.phase is Phase.GONE else history.status
    if not history.known and status != record.status:
        tally.note(
            f"Facture {record.invoice_id} : l'i-Parapheur lui donne un statut inconnu (« {status} »), elle y reste "
            "en cours. Signalez-le à l'exploitant."
        )
    remember(app, record, status=status, trouble="")


def _close(app: App, there: Parapheur, record: RemoteFolder, tally: Tally) -> None:
    there.close(record.id, refused=record.refused)
    _settle(app, record, RemoteState.CLOSED, "clos dans l'i-Parapheur")
    tally.done(record.invoice_id)


def _take_back(app: App, there: Parapheur, record: RemoteFolder, tally: Tally) -> None:
    """Take a folder back; one that has ended meanwhile comes home and decides nothing, another one is asked again."""
    history = there.history(record.id)
    if history.phase in {Phase.FINISHED, Phase.REFUSED}:
        come_home(app, there, record, history, tally)
        return
    try:
        there.withdraw(record.id)
    except AccessDenied:
        raise
    except Refused as error:  # somebody has decided on it there: it comes home when its circuit ends
        remember(app, record, trouble=str(error))
        return
    _settle(app, record, RemoteState.WITHDRAWN, "retiré de l'i-Parapheur")
    tally.done(record.invoice_id)


def _settle(app: App, record: RemoteFolder, state: RemoteState, motif: str) -> None:
    with app.ledger.transaction() as books:
        now = books.get(RemoteFolder, record.id)
        if now.state is record.state:
            keep_remote(app, books, now, now.moved(state), motif)


def _found(app: App, *states: RemoteState) -> tuple[RemoteFolder, ...]:
    with app.ledger.reading() as books:
        return books.find(RemoteFolder, state=states)


def _tell(app: App, today: date, tally: Tally) -> None:
    for sentence in of_remotes(_found(app, *OPEN), today):
        tally.note(sentence)
