"""Texts: what each invoice says, and what is written in its documents, so that it is found by its words.

Nothing waits for it. The journal tells which invoices something happened to; each is then looked at, and read again
only if what it holds is not what was indexed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.indexed import Indexed, seal_of
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.words import LONGEST_TEXT
from dematfin.domain.tally.reached import Reached
from dematfin.domain.visa.supporting import kind_of
from dematfin.errors import ConfigError, DocumentError
from dematfin.ports.app import App
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.papers import Paper, papers
from dematfin.steps.pieces import INVOICE, kept_for

TEXTS: Final = "textes"
EVENTS: Final = 2_000
MOST: Final = 2_000
"""Invoices of one run: what is left is for the next ones."""
PATIENCE: Final = timedelta(minutes=10)
MOST_PAPERS: Final = 20
PDF: Final = "application/pdf"
AN_IMAGE: Final = "c'est une image, dont le texte n'est pas reconnu."


def texts(app: App) -> Outcome:
    """Index the invoices that are new, or that hold something else than what was indexed."""
    tally = Tally(TEXTS)
    until = app.clock.now() + PATIENCE
    while app.clock.now() <= until and _looked_further(app):
        pass
    with app.ledger.reading() as books:
        waiting = books.first(Indexed, MOST + 1, "id", waiting=True)
    for place, one in enumerate(waiting):
        if place == MOST or app.clock.now() > until:
            tally.note("D'autres factures attendent que leurs documents soient lus : la prochaine journée continue.")
            break
        with tally.item(f"Facture {one.id}"):
            if _index(app, one):
                tally.done(one.id)
    return tally.outcome()


def _looked_further(app: App) -> bool:
    """Note the invoices that the next events of the journal are about; say whether there were any."""
    with app.ledger.reading() as books:
        reached = next(iter(books.find(Reached, id=TEXTS)), None)
    events = app.ledger.following(reached.sequence if reached else 0, EVENTS)
    if not events:
        return False
    touched = {key for one in events if (key := _invoice_of(one.event))}
    with app.ledger.transaction() as books:
        known = books.find(Indexed, id=touched)
        new = books.find(Invoice, id=touched - {one.id for one in known})
        books.save(*(replace(one, waiting=True) for one in known))
        books.save(*(Indexed(id=one.id, waiting=True) for one in new))
        books.save(Reached(id=TEXTS, sequence=events[-1].sequence, at=app.clock.now()))
    return True


def _invoice_of(event: Event) -> str:
    """Return the invoice whose documents an event may have changed; an empty text for any other event."""
    if event.subject in {Subject.INVOICE, Subject.FOLDER}:
        return event.subject_id
    given, start = event.data.get("pour", ""), kept_for(INVOICE, "")
    return given.removeprefix(start) if event.subject is Subject.PIECE and given.startswith(start) else ""


def _index(app: App, known: Indexed) -> bool:
    """Index one invoice; say whether there was something new in it."""
    with app.ledger.reading() as books:
        invoice = books.get(Invoice, known.id)
        held = papers(books, invoice)[:MOST_PAPERS]
    labels = tuple(_labels(invoice))
    seal = seal_of(labels, (one.document.sha256 for one in held))
    if seal == known.seal:
        with app.ledger.transaction() as books:
            books.save(replace(known, waiting=False))
        return False
    text, unread = _read(app, labels, held)
    with app.ledger.transaction() as books:
        books.index_text(known.id, text)
        books.save(Indexed(id=known.id, waiting=False, seal=seal, unread=unread))
    return True


def _labels(invoice: Invoice) -> Iterator[str]:
    """Yield what the supplier wrote in words, so that they may be mixed with those of the documents."""
    content = invoice.content
    yield from (content.supplier.name, content.number, invoice.engagement, invoice.marche)
    yield from (line.reference for line in content.lines)


def _read(app: App, labels: Sequence[str], held: Sequence[Paper]) -> tuple[str, tuple[str, ...]]:
    """Return the text of an invoice, and why some of its documents have none; a bad one is tried once."""
    text, unread = "\n".join(labels), []
    for paper in held:
        if len(text) >= LONGEST_TEXT:
            break
        try:
            text = f"{text}\n{_words(app, paper)}"
        except (DocumentError, ConfigError) as error:  # the latter: what recognises images is not installed
            unread.append(f"« {paper.name} » : {error}")
    return text[:LONGEST_TEXT], tuple(unread)


def _words(app: App, paper: Paper) -> str:
    """Return the text of a document; raises DocumentError or ConfigError when it cannot be read."""
    with app.documents.open(paper.document) as source:
        kind = kind_of(source.read(16))
    if kind != PDF:
        raise DocumentError(AN_IMAGE if kind.startswith("image/") else "ce n'est pas un PDF.")
    with app.documents.local(paper.document) as path:
        said = app.paper.words(path)
    if said is None:
        raise DocumentError(AN_IMAGE)
    return "\n".join(said.pages)
