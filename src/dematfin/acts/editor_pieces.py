"""An agent gives the supporting documents of a mandat that exists in an import only: a payroll, a delibération."""

from collections.abc import Sequence

from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.editor_flow import EDITOR_FLOW_MACHINE, EditorFlowState
from dematfin.domain.editor.pairing import Pairing
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError, UnknownRecord
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.keeping import Given, keep, store
from dematfin.steps.pairing import import_named
from dematfin.steps.pieces import IMPORT, kept_for


def attach(app: App, who: Person, import_id: str, mandat: str, files: Sequence[Given]) -> tuple[Piece, ...]:
    """Attach documents to a mandat of an import, by its number or the key of its claim; they leave with it.

    Raises:
        Forbidden, UnknownRecord; DocumentError: neither a PDF nor a picture, or too large; RuleError: the import is
            completed already, or dropped.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    with app.ledger.reading() as books:
        _claim(books, import_id, mandat)
    stored = [store(app, given) for given in files]
    with app.ledger.transaction() as books:
        thing = kept_for(IMPORT, f"{import_id}:{_claim(books, import_id, mandat).key}")
        return tuple(keep(app, books, given, one, thing) for given, one in zip(files, stored, strict=True))


def _claim(books: Books, import_id: str, mandat: str) -> Claim:
    """Return the first claim of a mandat of an open import."""
    flow = import_named(books, import_id)
    if flow.state is not EditorFlowState.OPEN:
        message = (
            f"L'import {import_id} est {EDITOR_FLOW_MACHINE.words[flow.state]} : ses pièces ne changent plus. Donnez-"
            "les au mandat lui-même (dematfin pieces joindre MANDAT FICHIER --nature …)."
        )
        raise RuleError(message)
    claims = sorted((one.claim for one in books.find(Pairing, editor_flow=import_id)), key=lambda one: one.rank)
    found = [one for one in claims if mandat in {one.key, str(one.mandat)}]
    if not found:
        message = f"L'import {import_id} n'a pas de mandat « {mandat} » : voyez dematfin bordereau import {import_id}."
        raise UnknownRecord(message)
    if len({(one.kind, one.exercice, one.bordereau) for one in found}) > 1:
        keys = ", ".join(one.key for one in found)
        message = f"L'import {import_id} a plusieurs mandats n° {mandat} : donnez lequel ({keys})."
        raise RuleError(message)
    return found[0]
