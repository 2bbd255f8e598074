"""The proof of one invoice, gathered: every file of it, every event as it is sealed, what is to be verified."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.figures.timeline import timeline
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.parties.person import Person
from dematfin.domain.proof.facts import FACTS, Absent, Facts, FlowFacts, Named
from dematfin.domain.proof.shelf import Enclosed, Shelf, absent, named_by
from dematfin.domain.proof.words import CHORUS, README, Told, chorus, readme
from dematfin.domain.unattended.run import JOURNAL as WHOLE_WALK
from dematfin.domain.unattended.run import Run
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books, JournalReport, SealedEvent, WrittenEvent
from dematfin.ports.proof import Bundle
from dematfin.steps.eliminated import eliminated
from dematfin.steps.proof_files import Paper, enclose_files, paper_of, pieces_of
from dematfin.steps.proof_flows import (
    SIGNATURE,
    enclose_answers,
    enclose_flow,
    enclose_signing_slips,
    late_flows,
)
from dematfin.steps.proof_signatures import signed_events
from dematfin.steps.thread import Records, around_invoice, standing

JOURNAL: Final = "journal.jsonl"
WHY: Final = {
    Subject.FLUX: "c'est le flux avant sa signature, que le flux signé contient",
    Subject.EDITOR_FLOW: "c'est l'export du logiciel financier, que le flux contient ou a remplacé",
    Subject.BATCH: "c'est le fichier du copieur, qui contient d'autres documents",
}
GONE: Final = "éliminé le {day:%d/%m/%Y} sous visa {visa} (élimination {elimination})"
OLDER: Final = "une version plus récente l'a remplacé, la commune le garde"
END: Final = (
    "En faisant ce dossier, la fin du journal de la commune (évènements {first} à {events}) a été vérifiée : {said}"
)
HOLDS: Final = "elle tient."
BROKEN: Final = "elle NE TIENT PAS, demandez-lui pourquoi : {first}"
WALKED: Final = "Dernière vérification du journal entier qu'elle ait notée : le {day:%d/%m/%Y à %H:%M}, {said}"
NEVER: Final = "Elle n'a noté aucune vérification du journal entier : demandez-la-lui (dematfin journal verifier)."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One invoice with what is about it."""

    invoice: Invoice
    found: Records
    paper: Paper
    events: tuple[WrittenEvent, ...]
    sealed: tuple[SealedEvent, ...]


def bundle(app: App, who: Person, invoice_id: str) -> Bundle:
    """Return the proof of an invoice, whatever its state; raises UnknownRecord."""
    with app.ledger.reading() as books:
        shelf = Shelf(_gone(app, books))
        case = _case(app, books, invoice_id)
        enclose_files(app, books, shelf, case.found, case.paper)
        flows = _flows(app, books, shelf, case)
        names = {person.id: person.name for person in books.find(Person)}
        intentions = books.find(Intention, invoice_id=invoice_id)
        walked = next(iter(books.find(Run, id=WHOLE_WALK)), None)
    missing = tuple(_absent(case.events, {*shelf.named, *(one.bare for one in flows)}, shelf.left))
    report = app.ledger.verify_journal(only_end=True)
    facts = Facts(invoice_id=invoice_id, documents=_named(shelf, case.sealed), absent=missing, flows=flows)
    texts = {
        FACTS: facts.to_json(),
        JOURNAL: _lines(case.sealed),
        CHORUS: chorus(case.invoice, intentions, app.clock.local),
        README: readme(_told(app, who, case, missing, _verified(app, report, walked), names), app.clock.local),
    }
    return Bundle(
        invoice_id=invoice_id,
        collectivite=app.policy.name,
        made_at=app.clock.local(app.clock.now()),
        made_by=who.name,
        events=report.events,
        head=report.head,
        files=(*shelf.files, *(Enclosed(name=name, text=text) for name, text in texts.items())),
    )


def _case(app: App, books: Books, invoice_id: str) -> _Case:
    invoice = books.get(Invoice, invoice_id)
    around = around_invoice(app, books, invoice)
    found = replace(around, flows=(*around.flows, *late_flows(books, around, pieces_of(books, around))))
    paper = paper_of(books, invoice)
    history = app.ledger.history(keys=(*found.keys, *paper.keys))
    events = tuple(one for one in history if found.concern(one.event))
    sealed = app.ledger.sealed([one.sequence for one in events])
    return _Case(invoice=invoice, found=found, paper=paper, events=events, sealed=sealed)


def _flows(app: App, books: Books, shelf: Shelf, case: _Case) -> tuple[FlowFacts, ...]:
    pieces = pieces_of(books, case.found)
    made = [
        enclose_flow(app, shelf, flux, case.found, pieces)
        for flux in case.found.flows
        if shelf.takes(flux.signed or flux.unsigned)
    ]
    enclose_signing_slips(shelf, case.events)
    enclose_answers(app, books, shelf, case.found, case.events)
    if made:
        told = (*(words for _, words in made), "Ce qui a été noté quand la commune a gardé chaque signature :")
        shelf.write(SIGNATURE, "rapport.txt", "\n".join((*told, *_noted(app, case.found.flows, case.events), "")))
    return tuple(facts for facts, _ in made)


def _noted(app: App, flows: Sequence[Flux], events: Iterable[WrittenEvent]) -> Iterable[str]:
    known = {one.id: one for one in flows}
    for event in (one.event for one in events):
        if event.subject is Subject.FLUX and event.subject_id in known and event.after == FluxState.SIGNED:
            data = event.data
            flux = known[event.subject_id]
            yield signed_events(app, flux, event.at, data.get("certificat", ""), data.get("remarques", ""))


def _named(shelf: Shelf, sealed: Sequence[SealedEvent]) -> tuple[Named, ...]:
    """Return the documents with the events that name them."""
    return tuple(
        Named(name=name, sha256=sha256, events=tuple(one.sequence for one in sealed if sha256 in one.content))
        for sha256, name in shelf.named.items()
    )


def _gone(app: App, books: Books) -> Callable[[DocumentRef], str]:
    """Say of a document that it was eliminated, when and under which visa; nothing when it is there."""

    def why(document: DocumentRef) -> str:
        known = eliminated(books, {document.sha256})
        for one in known.values():
            with suppress(DocumentError):
                app.documents.open(document).close()
                return ""
            return GONE.format(day=one.at, visa=one.visa, elimination=one.elimination)
        return ""

    return why


def _absent(events: Iterable[WrittenEvent], there: Set[str], left: Mapping[str, str]) -> Iterable[Absent]:
    """Yield what an event names and what was eliminated, and why it is not there."""
    why = {name: one.event.subject for one in events for name in named_by(one.event.data, one.event.motif)}
    yield from (Absent(sha256=name, why=told) for name, told in left.items())
    for name in absent(why, {*there, *left}):
        yield Absent(sha256=name, why=WHY.get(why[name], OLDER))


def _lines(sealed: Iterable[SealedEvent]) -> str:
    """Return one line for each event: the hash of the one before, what is hashed after it, and its hash."""
    rows = ({"precedent": one.previous, "contenu": one.content, "empreinte": one.hash} for one in sealed)
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def _told(
    app: App, who: Person, case: _Case, missing: tuple[Absent, ...], verified: tuple[str, ...], names: dict[str, str]
) -> Told:
    return Told(
        collectivite=app.policy.name,
        invoice=case.invoice,
        mandats=case.found.mandats,
        standing=standing(Subject.INVOICE, case.found),
        moments=timeline((one.event for one in case.events), case.found.attempts, case.found.answers),
        names=names,
        made_at=app.clock.local(app.clock.now()),
        made_by=who.name,
        absent=missing,
        verified=verified,
    )


def _verified(app: App, report: JournalReport, walked: Run | None) -> tuple[str, ...]:
    """Say what was verified of the journal: a page cannot wait for a walk along the whole of it."""
    said = HOLDS if report.intact else BROKEN.format(first=report.defects[0].sentence)
    end = END.format(first=report.first, events=report.events, said=said)
    if walked is None or walked.ended_at is None:
        return end, NEVER
    many = "s" if walked.failed > 1 else ""
    found = f"{walked.failed} anomalie{many} : {' '.join(walked.said[:1])}" if walked.failed else "intact."
    return end, WALKED.format(day=app.clock.local(walked.ended_at), said=found)
