"""Capture: paper comes in by the watched folders, is cut into documents, and each document is read for proposals."""

from dataclasses import replace

from dematfin.domain.event import Subject
from dematfin.domain.paper.batch import Batch, BatchState
from dematfin.domain.paper.capture import CAPTURE_MACHINE, WAITING, Capture, CaptureState
from dematfin.domain.paper.glue import glued
from dematfin.domain.paper.proposals import Familiar, Proposal, confront, propose
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Engagement
from dematfin.errors import PaperRefused
from dematfin.ports.app import App
from dematfin.ports.paper_reader import Words
from dematfin.steps.batches import treat
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.paper_intake import take_arrivals


def capture(app: App) -> Outcome:
    """Take in what has arrived, cut it, read what it says."""
    tally = Tally("numérisation")
    take_arrivals(app, tally)
    with app.ledger.reading() as books:
        arrived = books.find(Batch, state=BatchState.ARRIVED)
    for batch in arrived:
        with tally.item(batch.label):
            tell(treat(app, batch), tally)
    read_documents(app, tally)
    return tally.outcome()


def tell(batch: Batch, tally: Tally) -> None:
    """Say what a batch has become."""
    if batch.state is BatchState.QUARANTINED:
        raise PaperRefused(batch.reason, f"{batch.label} en quarantaine : {batch.error}")
    tally.done(batch.id)
    if batch.state is BatchState.HELD:
        reasons = " ".join(finding.sentence for finding in batch.remarks)
        tally.note(f"{batch.label} à vérifier : {reasons} Décidez : dematfin numerisation a-verifier.")


def read_documents(app: App, tally: Tally) -> None:
    """Read what each document seems to say; what cannot be read is entered without proposals."""
    with app.ledger.reading() as books:
        unread = books.find(Capture, state=WAITING, read=False)
    familiar = _familiar(app) if unread else Familiar()
    for document in unread:
        with tally.item(f"Document {document.id}"):
            _read(app, document, familiar)


def _words(app: App, document: Capture) -> Words | None:
    with app.ledger.reading() as books:
        batch = books.get(Batch, document.batch)
    alone = len(document.pages) == batch.pages
    try:  # the structured data of an invoice lies in the file as it came; our documents carry no attachment
        with app.documents.local((batch.pdf or batch.original) if alone else document.document) as path:
            return app.paper.words(path)
    except PaperRefused:
        return None


def _proposals(words: Words, familiar: Familiar) -> tuple[Proposal, ...]:
    if words.proposals:
        return confront(words.proposals, familiar)
    return propose(words.pages, words.source, familiar)


def _read(app: App, document: Capture, familiar: Familiar) -> None:
    words = _words(app, document)
    with app.ledger.transaction() as books:
        now = books.get(Capture, document.id)
        if now.read:
            return
        read = replace(now, read=True, proposals=_proposals(words, familiar) if words else ())
        doubt = glued(words.pages, words.source, familiar) if words and not words.proposals else ""
        if doubt and now.state is CaptureState.TO_ENTER:
            read = replace(
                read, state=CAPTURE_MACHINE.check(document.id, now.state, CaptureState.TO_CONFIRM), reason=doubt
            )
            books.record(app.event(Subject.CAPTURE, document.id, now.state, read.state, doubt))
        books.save(read)


def _familiar(app: App) -> Familiar:
    """What the collectivité knows, to recognise it on paper."""
    with app.ledger.reading() as books:
        tiers = books.find(Tiers)
        engagements = books.find(Engagement, open=True)
    return Familiar(
        ours=frozenset(siret for budget in app.policy.budgets for siret in (budget.siret, *budget.former)),
        tiers={one.siren: one.name for one in tiers},
        ibans={one.account.iban: one.siren for one in tiers},
        engagements=frozenset(one.number for one in engagements),
        today=app.clock.today(),
    )
