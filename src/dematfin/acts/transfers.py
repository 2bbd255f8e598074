"""Hand-overs to an archive service (SAE): what goes, what was written of it, and the acknowledgement."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import BinaryIO

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.retention.classes import Kind
from dematfin.domain.retention.dossier import Dossier
from dematfin.domain.retention.transfer import WORDS, Transfer, TransferState
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.dossiers import dossiers


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """What is handed over of a year; `waiting`: dossiers of that year that are not over, and why."""

    exercice: int
    kind: Kind | None
    dossiers: tuple[Dossier, ...]
    waiting: tuple[str, ...]


def choose(app: App, who: Person, exercice: int, kind: Kind | None = None) -> Handing:
    """Return what may be handed over of a year; raises Forbidden, RuleError: nothing."""
    who.require(Act.ARCHIVE)
    with app.ledger.reading() as books:
        found = [
            one
            for one in dossiers(app, books)
            if one.documents and one.exercice == exercice and kind in {None, one.kind}
        ]
    ready = tuple(one for one in found if one.runs_from)
    if not ready:
        message = f"Rien à verser pour l'exercice {exercice} : aucun dossier fini de cette année n'a de document ici."
        raise RuleError(message)
    waiting = tuple(f"{one.id} : {one.waits}" for one in found if not one.runs_from)
    return Handing(exercice=exercice, kind=kind, dossiers=ready, waiting=waiting)


def files(app: App, who: Person, handing: Handing) -> Iterator[tuple[Dossier, DocumentRef, BinaryIO]]:
    """Yield each document, open for reading, one at a time; one that several dossiers name comes with each of them."""
    who.require(Act.ARCHIVE)
    for dossier in handing.dossiers:
        for ref in dossier.documents:
            with app.documents.open(ref) as source:
                yield dossier, ref, source


def record(app: App, who: Person, handing: Handing, manifest: Path) -> Transfer:
    """Write a hand-over down before it has its name: from now on nothing of it is eliminated; the same one is one."""
    app = app.on_behalf_of(who, Act.ARCHIVE)
    with app.documents.workspace() as folder:
        copy = folder / "manifeste.jsonl"
        shutil.copyfile(manifest, copy)
        kept = app.documents.put_file(copy)
    key = f"VE{handing.exercice}-{kept.sha256[:8]}"
    documents = {ref for one in handing.dossiers for ref in one.documents}
    with app.ledger.transaction() as books:
        for known in books.find(Transfer, id=key):
            if known.state is not TransferState.DROPPED:
                return known
        made = Transfer(
            id=key,
            exercice=handing.exercice,
            kind=str(handing.kind or ""),
            manifest=kept,
            dossiers=len(handing.dossiers),
            documents=len(documents),
            size=sum(ref.size for ref in documents),
            made_by=who.id,
            made_at=app.clock.now(),
        )
        books.save(made)
        motif = f"versement de {made.dossiers} dossiers, {made.documents} documents, exercice {made.exercice}"
        books.record(app.event(Subject.TRANSFER, key, "", made.state, motif, manifeste=kept.sha256))
    return made


def confirm(app: App, who: Person, key: str, receipt: str, receipt_on: date) -> Transfer:
    """Keep the acknowledgement of the archive service; raises Forbidden, UnknownRecord, RuleError."""
    app = app.on_behalf_of(who, Act.ARCHIVE)
    reference = for_journal(f"Accusé du versement {key}", receipt)
    if receipt_on > app.clock.today():
        message = f"Versement {key} : l'accusé ne peut pas être daté du {receipt_on:%d/%m/%Y}, à venir."
        raise RuleError(message)
    with app.ledger.transaction() as books:
        was = _waiting(books, key)
        known = replace(was, receipt=reference, receipt_on=receipt_on, confirmed_by=who.id)
        return _end(app, books, known, TransferState.CONFIRMED, f"accusé {reference} du {receipt_on:%d/%m/%Y}")


def drop(app: App, who: Person, key: str, motif: str) -> Transfer:
    """Say that the archive service has not taken a hand-over; raises Forbidden, UnknownRecord, RuleError."""
    app = app.on_behalf_of(who, Act.ARCHIVE)
    reason = for_journal(f"Versement {key}", motif)
    with app.ledger.transaction() as books:
        return _end(app, books, _waiting(books, key), TransferState.DROPPED, reason)


def _waiting(books: Books, key: str) -> Transfer:
    """Return a hand-over of which the archive service has said nothing yet; raises UnknownRecord, RuleError."""
    was = books.get(Transfer, key)
    if was.state is not TransferState.MADE:
        message = f"Le versement {key} est déjà {WORDS[was.state]}."
        raise RuleError(message)
    return was


def _end(app: App, books: Books, was: Transfer, state: TransferState, motif: str) -> Transfer:
    ended = replace(was, state=state)
    books.save(ended)
    books.record(app.event(Subject.TRANSFER, was.id, was.state, state, motif))
    return ended


def transfers(app: App, who: Person) -> tuple[Transfer, ...]:
    """Return every hand-over, oldest first."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        return tuple(sorted(books.find(Transfer), key=lambda one: one.made_at))
