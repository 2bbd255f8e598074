"""Answers: what a stored acquit or retour changes, once; one that cannot be read goes to quarantine, bytes kept."""

from dataclasses import replace

from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.steps.acquits import apply_acquit
from dematfin.steps.outcome import Tally
from dematfin.steps.retours import apply_retour


def apply(app: App, answer: Answer, tally: Tally) -> None:
    """Read a stored answer and apply it."""
    try:
        with app.documents.open(answer.document) as source:
            data = source.read()
        if answer.kind is AnswerKind.ACQUIT:
            remarks = apply_acquit(app, answer, app.reader.acquit(data), tally)
        else:
            remarks = apply_retour(app, answer, app.reader.retour(data), tally)
    except DocumentError as error:
        with app.ledger.transaction() as books:
            books.save(replace(answer, state=AnswerState.QUARANTINED, remarks=(str(error),)))
        raise
    for remark in remarks:
        tally.note(f"{answer.name} : {remark}")
