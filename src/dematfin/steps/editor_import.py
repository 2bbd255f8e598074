"""Import of the finance software's flows, named by a person or found in the watched folder, and their first matching.

Bytes are kept before the record that names them; a file leaves the folder only once its record is there. Killed at any
point, the same bytes are known again by their fingerprint.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.completion import Completion
from dematfin.domain.editor.editor_flow import EditorFlow, EditorFlowState
from dematfin.domain.editor.pairing import Pairing, PairingState, pairing_id
from dematfin.domain.editor.reading import claims_of
from dematfin.domain.event import Subject
from dematfin.domain.finding import TOLD, Finding, Severity, blocking, with_remedies
from dematfin.domain.mandat.aller import ReadFlow
from dematfin.domain.mandat.budget import Budget
from dematfin.domain.mandat.pieces import Piece
from dematfin.errors import DocumentError, InvalidPes, RuleError, TooLarge
from dematfin.ports.app import App
from dematfin.ports.exchange import Exchange, Export
from dematfin.ports.ledger import Books
from dematfin.steps.import_checks import budget_of, check_claims, check_content, check_doubles, sheets_of
from dematfin.steps.outcome import Outcome, Tally
from dematfin.steps.pairing import matched_again
from dematfin.steps.paper_intake import copy_whole, shown_name

COPY: Final = "export.xml"
TRIED: Final = "essai.xml"
REFUSED: Final = "refusé"
UNTOLD: Final = frozenset({"PES-SANS-PJ", "PES-TRIPLET", "PES-PROLOGUE", "PES-COMMENTAIRE"})
"""Remarks that the completion answers, or about customs of ours: nothing that the editor's user has to see to."""
MENDED: Final = frozenset({"PES-NOMFIC"})
"""What a completed flow no longer has: it is named anew."""
MEGA: Final = 1_000_000
IMPORTS: Final = "import des flux du logiciel financier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What became of a file: its import; whether it was there before; what Hélios lets pass and a person should see."""

    flow: EditorFlow
    again: bool = False
    remarks: tuple[str, ...] = ()


def imports(app: App) -> Outcome:
    """Bring in what the finance software put down, then match again all that is open."""
    tally = Tally(IMPORTS)
    if app.exchange is not None:
        _take_exports(app, app.exchange, tally)
    with app.ledger.reading() as books:
        waiting = books.find(EditorFlow, state=EditorFlowState.OPEN)
    for flow in waiting:
        with tally.item(f"Import {flow.id}"), app.ledger.transaction() as books:
            if books.get(EditorFlow, flow.id).state is EditorFlowState.OPEN:
                matched_again(app, books, flow)
    return tally.outcome()


def has_open_imports(app: App) -> bool:
    """Say whether an import waits, whether or not a folder is watched."""
    with app.ledger.reading() as books:
        return bool(books.find(EditorFlow, state=EditorFlowState.OPEN))


def bring_in(app: App, path: Path, name: str) -> EditorFlow:
    """Bring in one export; the same bytes twice are one import."""
    return take_in(app, path, name).flow


def take_in(app: App, path: Path, name: str) -> Arrival:
    """Bring in one export, and say what to know of it.

    Raises:
        DocumentError: too large, not a flow of expenses, or Hélios would refuse it; RuleError: of no budget that a
            finance software mandates, or a bordereau or a mandat of it is alive already.
    """
    with app.documents.workspace() as folder:
        copy = _copied(app, path, folder / COPY)
        with app.ledger.reading() as books:
            known = _imported(books, _fingerprint(copy))
        if known:
            return Arrival(flow=known, again=True)
        flow, budget, remarks = _judged(app, copy, shown_name(name))
        document = app.documents.put_file(copy)
    with app.ledger.transaction() as books:
        if known := _imported(books, document):
            return Arrival(flow=known, again=True)
        written = _written(app, books, flow, budget, document, shown_name(name))
    return Arrival(flow=written, remarks=remarks)


def _take_exports(app: App, exchange: Exchange, tally: Tally) -> None:
    with tally.item("Dossier d'échange avec le logiciel financier"):
        for export in exchange.exports():
            with tally.item(shown_name(export.name)):
                _take_export(app, exchange, export, tally)


def _take_export(app: App, exchange: Exchange, export: Export, tally: Tally) -> None:
    try:
        arrival = take_in(app, export.path, export.name)
    except (DocumentError, RuleError) as error:
        _keep_refused(app, export, error)
        exchange.refuse(export, str(error))
        raise
    exchange.taken(export)
    if arrival.again:
        tally.note(f"{shown_name(export.name)} : déjà importé ({arrival.flow.id}), il n'est pas repris.")
    else:
        tally.done(arrival.flow.id)
    for remark in arrival.remarks:
        tally.note(f"Import {arrival.flow.id} : {remark}")


def _keep_refused(app: App, export: Export, error: DocumentError | RuleError) -> None:
    """Keep what is refused, and write down why, once: killed before it is let go, it is refused again."""
    if isinstance(error, TooLarge):
        key = shown_name(export.name)
    else:
        with app.documents.workspace() as folder:
            copy_whole(export.path, folder / COPY)
            key = app.documents.put_file(folder / COPY).sha256
    if not app.ledger.history(Subject.EDITOR_FLOW, (key,)):
        motif = f"fichier {shown_name(export.name)} refusé : {error}"
        with app.ledger.transaction() as books:
            books.record(app.event(Subject.EDITOR_FLOW, key, "", REFUSED, motif))


def _copied(app: App, path: Path, copy: Path) -> Path:
    """Return a copy of ours: what is judged is what is kept."""
    try:
        size, limit = path.stat().st_size, app.policy.flow_limit
        if size > limit:
            message = (
                f"Ce fichier fait {size // MEGA} Mo, au-delà de la taille permise pour un flux "
                f"({limit // MEGA} Mo, taille_flux). Exportez moins de bordereaux à la fois."
            )
            raise TooLarge(message)
        copy_whole(path, copy)
    except OSError as error:
        message = "Ce fichier est illisible : vérifiez qu'il est là et que vous avez le droit de le lire."
        raise DocumentError(message) from error
    return copy


def _fingerprint(copy: Path) -> DocumentRef:
    with copy.open("rb") as file:
        return DocumentRef(sha256=hashlib.file_digest(file, "sha256").hexdigest(), size=copy.stat().st_size)


def _imported(books: Books, document: DocumentRef) -> EditorFlow | None:
    kept = books.find(EditorFlow, document=document)
    return next((one for one in kept if one.state is not EditorFlowState.DROPPED), None)


def _judged(app: App, copy: Path, name: str) -> tuple[ReadFlow, Budget, tuple[str, ...]]:
    """Return what a flow says, its budget, and the remarks that keep nothing from going on."""
    try:
        flow = app.reader.aller(copy)
    except DocumentError as error:
        message = str(error).replace(COPY, name)
        raise InvalidPes(message) from error
    budget = budget_of(app.policy, flow)
    check_content(app.policy, flow)
    with app.ledger.reading() as books:
        known = frozenset(piece.id for piece in books.find(Piece) if piece.accepted_in)
    found = app.reader.judge(copy, known, to_sign=None if flow.signatures else app.policy.paperless)
    if wrong := [one for one in blocking(found) if flow.signatures or one.code not in MENDED]:
        more = f" (et {len(wrong) - TOLD} autres problèmes : dematfin xsd verifier)" if len(wrong) > TOLD else ""
        message = (
            f"Hélios refuserait ce flux. {' '.join(with_remedies(wrong))}{more} Corrigez-le dans le logiciel "
            "financier, puis exportez-le de nouveau."
        )
        raise InvalidPes(message)
    _check_encoding(found) if flow.signatures else _tried(app, copy, name)
    told = [one for one in found if one.severity is Severity.WARNING and one.code not in UNTOLD]
    rest = (f"Et {len(told) - TOLD} autres remarques : dematfin xsd verifier.",) if len(told) > TOLD else ()
    return flow, budget, (*with_remedies(told), *rest)


def _tried(app: App, copy: Path, name: str) -> None:
    """Complete a flow with nothing yet: what could not be is refused here, not once all its mandats are decided."""
    try:
        app.writer.complete(copy, Completion(dematerialised=app.policy.paperless), copy.with_name(TRIED))
    except DocumentError as error:
        message = str(error).replace(COPY, name)
        raise InvalidPes(message) from error


def _check_encoding(found: Iterable[Finding]) -> None:
    """Refuse what came signed in another encoding than a TdT takes: to write it again would be a change of ours."""
    if any(one.code == "PES-PROLOGUE" for one in found):
        message = (
            "Ce flux est signé et ne commence pas par une déclaration en ISO-8859-1 : le TdT le refuserait. "
            "Réexportez-le dans cet encodage et faites-le signer de nouveau, ou exportez-le sans signature : il se "
            "signera ici."
        )
        raise InvalidPes(message)


def _written(app: App, books: Books, flow: ReadFlow, budget: Budget, document: DocumentRef, name: str) -> EditorFlow:
    """Write an import down with its pairings, matched for the first time."""
    claims, sheets = claims_of(flow), sheets_of(flow)
    check_claims(claims)
    check_doubles(books, budget.siret, sheets, claims)
    year = app.clock.today().year
    written = EditorFlow(
        id=f"E{year}-{books.next_number(f'import-{year}'):06d}",
        siret=budget.siret,
        name=name,
        document=document,
        nomfic=flow.nomfic,
        sender=flow.sender,
        signed=bool(flow.signatures),
        sheets=sheets,
        imported_at=app.clock.now(),
        imported_by=app.by,
    )
    books.save(written, *_pairings(written.id, claims))
    matched_again(app, books, written)
    told = ", ".join(f"n° {one.number} de {one.exercice}" for one in sheets)
    motif = f"flux {flow.nomfic or 'sans nom'} importé : bordereaux {told}, {len(claims)} mandats ou parts à rapprocher"
    data = {"sha256": document.sha256, "fichier": name}
    books.record(app.event(Subject.EDITOR_FLOW, written.id, "", written.state, motif, **data))
    return written


def _pairings(key: str, claims: Sequence[Claim]) -> tuple[Pairing, ...]:
    return tuple(
        Pairing(id=pairing_id(key, one), editor_flow=key, claim=one, state=PairingState.TO_DECIDE) for one in claims
    )
