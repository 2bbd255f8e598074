"""Parapheur: folders leave for a bought i-Parapheur, and come back with what was decided there.

Nothing changes here but by what the i-Parapheur says; nothing is deleted there before all that it held is kept here.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from dematfin.domain.figures.remote_alerts import of_remotes
from dematfin.domain.visa.remote import NOT_FOUND, OPEN, RemoteFolder, RemoteState
from dematfin.errors import AccessDenied, ConfigError, DematfinError, Refused, Unreachable
from dematfin.ports.app import App
from dematfin.ports.parapheur import Parapheur, Phase
from dematfin.steps.dossier import dossier
from dematfin.steps.homecoming import come_home
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.remote import keep_remote, remember

Work = Callable[[App, Parapheur, RemoteFolder, Tally], None]

SILENCES: Final = 3
"""Calls without an answer, one after the other, after which no more are made: one alone may be a folder's own fault."""


def parapheur(app: App) -> Outcome:
    """Take back, send, follow and close, in this order."""
    tally = Tally("parapheur")
    if not has_folders_there(app):
        return tally.outcome()
    if (there := app.parapheur) is None:
        message = "Des dossiers sont encore dans l'i-Parapheur : remettez la section [parapheur] de la configuration."
        raise ConfigError(message)
    there.check()  # what stops everything is said once, and not of each folder
    _each(app, there, _found(app, RemoteState.WITHDRAWING), _take_back, tally)
    _each(app, there, _found(app, RemoteState.TO_SEND), _send, tally)
    with tally.item("i-Parapheur"):
        _each(app, there, _worth_asking(app, there), _follow, tally)
    _each(app, there, _found(app, RemoteState.STORED), _close, tally)
    _tell(app, tally)
    return tally.outcome()


def has_folders_there(app: App) -> bool:
    """Say whether a folder is there, or on its way there or back."""
    return bool(_found(app, *OPEN))


def _each(app: App, there: Parapheur, records: Iterable[RemoteFolder], work: Work, tally: Tally) -> None:
    """Work on each folder; an i-Parapheur that falls silent is not waited for once for each of them."""
    silences = 0
    for record in records:
        error = _tried(app, there, record, work, tally)
        silences = silences + 1 if isinstance(error, Unreachable | AccessDenied) else 0
        if silences == SILENCES:
            return


def _tried(app: App, there: Parapheur, record: RemoteFolder, work: Work, tally: Tally) -> DematfinError | None:
    """Work on one folder; keep what went wrong with it, for whoever asks where it is, and return it."""
    label = f"Facture {record.invoice_id}"
    with tally.item(label):
        try:
            work(app, there, record, tally)
        except DematfinError as error:
            remember(app, record, trouble=str(error))
            tally.failed(label, error)
            return error
    return None


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


def _worth_asking(app: App, there: Parapheur) -> Iterator[RemoteFolder]:
    """Yield the folders that have moved there, and those that went wrong the last time."""
    waiting = {record.id: record for record in _found(app, RemoteState.SENT)}
    shown = {key: "" if record.trouble else record.status for key, record in waiting.items()}
    yield from (waiting[key] for key in there.moved(shown))


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


def _tell(app: App, tally: Tally) -> None:
    """Tell what needs somebody, beside what has just failed and is told already."""
    calm = [one for one in _found(app, *OPEN) if not one.trouble or one.state is RemoteState.WITHDRAWING]
    for sentence in of_remotes(calm, app.clock.today()):
        tally.note(sentence)
