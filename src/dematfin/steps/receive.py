"""Receive: an answer is kept raw, durable, then named by the ledger; only then is the TdT told that it was read.

The same bytes are one answer, under whatever number they come; other bytes are another answer.
"""

from dataclasses import replace

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.reception import Answer, AnswerKind, AnswerState, answer_id
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.transmitter import ReturnItem
from dematfin.steps.outcome import Tally


def keep_acquit(app: App, flux: Flux, data: bytes) -> None:
    """Store what the TdT gives as the acquit of a flow."""
    document = app.documents.put(data)
    with app.ledger.transaction() as books:
        now = books.get(Flux, flux.id)
        books.save(replace(now, asked_at=app.clock.now()))
        _keep(app, books, _acquit(app, flux.id, flux.id, document))


def bring_in(app: App, item: ReturnItem, tally: Tally) -> None:
    """Store one answer that waits at the TdT, then say there that it was read.

    The acquit of a flow that is not ours is kept and told once, and stays unread: somebody else waits for it.
    """
    document = app.documents.put(app.transmitter.fetch(item))
    with app.ledger.transaction() as books:
        if item.acquit_of and not books.find(Flux, id=item.acquit_of):
            if words := _not_ours(app, books, item, document):
                tally.note(words)
            return
        if item.acquit_of:
            _keep(app, books, _acquit(app, item.acquit_of, item.name, document))
        else:
            _keep(app, books, _retour(app, item, document), older=f"{AnswerKind.RETOUR}:{item.remote_id}")
    app.transmitter.acknowledge(item)


def _keep(app: App, books: Books, answer: Answer, older: str = "") -> None:
    """Name an answer, unless it is known; one that was kept for a flow that nobody knew is read at last."""
    known = _known(books, answer, older)
    if known is None:
        books.save(answer)
    elif known.state is AnswerState.QUARANTINED and known.remarks == (_unknown(known.flux),):
        books.save(replace(known, state=AnswerState.STORED, remarks=(), seen=""))
        books.record(app.event(Subject.FLUX, known.flux, "", "", "son acquit, gardé à part, va être lu"))


def _known(books: Books, answer: Answer, older: str) -> Answer | None:
    """Return the answer of the same bytes; the oldest rows are named after the number that the TdT gave them."""
    found = books.find(Answer, id=tuple(filter(None, (answer.id, older))))
    if answer.kind is AnswerKind.ACQUIT:
        found += books.find(Answer, kind=answer.kind, flux=answer.flux)
    return next((one for one in found if one.document.sha256 == answer.document.sha256), None)


def _not_ours(app: App, books: Books, item: ReturnItem, document: DocumentRef) -> str:
    """Keep the acquit of an unknown flow aside; return what to say of it, the first time."""
    words = _unknown(item.acquit_of)
    answer = _acquit(app, item.acquit_of, item.name, document)
    if books.find(Answer, id=answer.id):
        return ""
    books.save(replace(answer, state=AnswerState.QUARANTINED, remarks=(words,)))
    return f"{item.name} : {words}"


def _unknown(nomfic: str) -> str:
    return (
        f"cet acquit répond au flux « {nomfic} », que dematfin n'a pas envoyé. Il est gardé et n'est pas marqué lu : "
        "voyez avec votre TdT quel autre logiciel l'attend."
    )


def _acquit(app: App, flux: str, name: str, document: DocumentRef) -> Answer:
    return Answer(
        id=answer_id(AnswerKind.ACQUIT, flux, document.sha256),
        kind=AnswerKind.ACQUIT,
        name=name,
        flux=flux,
        received_at=app.clock.now(),
        document=document,
    )


def _retour(app: App, item: ReturnItem, document: DocumentRef) -> Answer:
    return Answer(
        id=answer_id(AnswerKind.RETOUR, "", document.sha256),
        kind=AnswerKind.RETOUR,
        name=item.name,
        received_at=app.clock.now(),
        document=document,
    )
