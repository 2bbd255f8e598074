"""Paper intake: each file of the watched folders becomes a batch; its bytes are kept before it leaves its folder."""

import errno
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.paper.batch import Annex, Batch, BatchState, Door, announced
from dematfin.domain.paper.reasons import Reason
from dematfin.errors import ComeBackLater
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.ports.paper_folders import Parcel
from dematfin.steps.outcome import Tally

LONGEST_NAME: Final = 120
CUT_SHORT: Final = "Le fichier n'a pas de fin : l'envoi du copieur a été interrompu. Refaites la numérisation."
KNOWN: Final = tuple(state for state in BatchState if state is not BatchState.DUPLICATE)


def take_arrivals(app: App, tally: Tally) -> None:
    """Take in every file that is complete."""
    with tally.item("Dossiers de numérisation"):
        for parcel in app.folders.arrivals():
            with tally.item(shown_name(parcel.name)):
                batch = take(app, parcel)
                app.folders.done(parcel)
                if batch.state is BatchState.DUPLICATE:
                    tally.note(f"{batch.label} : même fichier que le lot {batch.twin}, il n'est pas repris.")
    for sentence in app.folders.ignored():
        tally.note(sentence)


def take(app: App, parcel: Parcel) -> Batch:
    """Keep a file, and write its batch down; a claim that was written before a crash is not written twice."""
    original = _keep(app, parcel.path)
    annexes = tuple(Annex(name=shown_name(one.name), document=_keep(app, one.path)) for one in parcel.companions)
    with app.ledger.transaction() as books:
        known = books.find(Batch, claim=parcel.claim) if parcel.claim else ()
        return known[0] if known else _new(app, books, parcel, original, annexes)


def _keep(app: App, path: Path) -> DocumentRef:
    """Copy a file among the documents: it may lie on another volume, and must stay until its batch is written."""
    with app.documents.workspace() as folder:
        copy = folder / "original"
        copy_whole(path, copy)
        return app.documents.put_file(copy)


def copy_whole(path: Path, copy: Path) -> None:
    """Copy a file that nobody is writing; raises ComeBackLater."""
    before = path.stat()
    _copy(path, copy)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        message = "Ce fichier est encore en cours d'écriture. Relancez quand il sera complet : rien n'est perdu."
        raise ComeBackLater(message)


def _copy(path: Path, copy: Path) -> None:
    try:
        shutil.copyfile(path, copy)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        message = "Le disque est plein. Faites de la place puis relancez : rien n'est perdu."
        raise ComeBackLater(message) from error


def _new(app: App, books: Books, parcel: Parcel, original: DocumentRef, annexes: tuple[Annex, ...]) -> Batch:
    twins = books.find(Batch, fingerprint=original.sha256, state=KNOWN)
    if twins and not parcel.claim:
        return twins[0]  # a folder that a person names again
    year = app.clock.today().year
    batch = Batch(
        id=f"L{year}-{books.next_number(f'lot-{year}'):06d}",
        claim=parcel.claim,
        door=parcel.door,
        name=shown_name(parcel.name),
        place=shown_name(parcel.place),
        original=original,
        fingerprint=original.sha256,
        annexes=annexes,
        state=BatchState.DUPLICATE if twins else BatchState.ARRIVED,
        taken_at=app.clock.now(),
        expected=announced(parcel.place) if parcel.door is Door.SHEETS else None,
        twin=twins[0].id if twins else "",
    )
    if not parcel.whole and not twins:
        batch = replace(batch, state=BatchState.QUARANTINED, reason=Reason.INCOMPLETE, error=CUT_SHORT)
    books.save(batch)
    motif = f"même fichier que le lot {batch.twin}" if batch.twin else f"fichier {batch.name} pris en charge"
    books.record(app.event(Subject.BATCH, batch.id, "", batch.state, motif, sha256=original.sha256))
    return batch


def shown_name(name: str) -> str:
    """Return a name from outside as it may be kept and shown: one line, not too long."""
    plain = "".join(sign if sign.isprintable() else "?" for sign in name)
    return plain if len(plain) <= LONGEST_NAME else f"{plain[: LONGEST_NAME - 1]}…"
