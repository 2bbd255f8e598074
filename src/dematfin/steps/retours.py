"""Retours: what the comptable did with each mandat. Many at once: read together, written together, each once."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from dematfin.domain.event import Event, Subject
from dematfin.domain.mandat.answer_gaps import strangers_words
from dematfin.domain.mandat.answers import Retour, RetourPiece
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.told import after_retour, kept_in_doubt, may_be_another, motif_of
from dematfin.domain.mandat.verdict import read_retour
from dematfin.domain.reception import Answer, AnswerState
from dematfin.domain.tally.words import paid_so_far, why
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.acquits import is_applied
from dematfin.steps.arrival import DGFIP
from dematfin.steps.outcome import Tally
from dematfin.steps.proofs import clear_up, had, prove
from dematfin.steps.reductions import living_reductions, settle_origin
from dematfin.steps.strays import stray
from dematfin.steps.taken_out import WAITING

AT_ONCE: Final = 1_000
"""Mandats of one transaction: another writer waits for no more than these."""
OUR_KINDS: Final = {"": BordereauKind.ORDINARY} | {str(kind): kind for kind in BordereauKind}
"""TypBord of what we emit, each kind numbered apart; a retour that tells none speaks of ordinary ones."""
Place: TypeAlias = tuple[int, BordereauKind | None, int]
"""Exercice, kind and number of a bordereau."""


def apply_retour(app: App, answer: Answer, retour: Retour, tally: Tally) -> tuple[str, ...]:
    """Apply a retour, part by part: one that is cut short is applied again, what was done already stays as it is."""
    kept = tuple(dict.fromkeys((*answer.remarks, *retour.remarks)))
    strangers = 0
    for start in range(0, len(retour.pieces) or 1, AT_ONCE):
        part, over = retour.pieces[start : start + AT_ONCE], start + AT_ONCE >= len(retour.pieces)
        with app.ledger.transaction() as books:
            if is_applied(books, answer):
                return ()
            page = _Page(app, books, answer, tally)
            kept += page.digest(retour.siret, part)
            strangers += page.strangers
            state = AnswerState.APPLIED if over else AnswerState.STORED
            books.save(replace(answer, state=state, remarks=kept))
    if strangers:
        tally.note(f"{answer.name} : {strangers_words(strangers)}")
    return kept


class _Page:
    """Some pieces of a retour, the mandats that they speak of, and what changes."""

    def __init__(self, app: App, books: Books, answer: Answer, tally: Tally) -> None:
        self._app = app
        self._books = books
        self._document = answer.document.sha256
        self._tally = tally
        self._mandats: dict[tuple[str, int], Mandat] = {}
        self._changed: dict[str, Mandat] = {}
        self._events: list[Event] = []
        self._rejected: list[Mandat] = []
        self._urgent: list[str] = []
        self.strangers = 0

    def digest(self, siret: str, pieces: Sequence[RetourPiece]) -> tuple[str, ...]:
        """Apply what is said of each mandat, in order; return what must not be forgotten."""
        sheets = _sheets(self._books, siret, pieces)
        self._load(tuple(sheets.values()), {piece.number for piece in pieces})
        for piece in pieces:
            sheet = sheets.get(_place(piece))
            mandat = self._mandats.get((sheet.id, piece.number)) if sheet else None
            if sheet and mandat:
                self._hear(sheet, self._arrived(sheet, mandat, piece), piece)
            elif sheet is None and made_by_an_editor(self._app, siret):
                self.strangers += 1
            else:
                self._urgent += stray(self._app, self._books, sheet, piece, self._tally)
        self._flush()
        self._tell_reduced()
        return tuple(self._urgent)

    def _load(self, sheets: Sequence[Bordereau], numbers: set[int]) -> None:
        """Read the mandats spoken of: one that was issued again has left the bordereau of its rejection."""
        found = self._books.find(Mandat, bordereau=tuple(sheet.id for sheet in sheets), number=numbers)
        self._mandats = {(mandat.bordereau, mandat.number): mandat for mandat in found}
        spoken_of = {mandat.bordereau for mandat in found}
        clear_up(self._app, self._books, [sheet.flux for sheet in sheets if sheet.id in spoken_of])

    def _arrived(self, sheet: Bordereau, mandat: Mandat, piece: RetourPiece) -> Mandat:
        """Return the mandat, sent if its bordereau proves to have arrived by a flow that was believed refused."""
        if mandat.state not in WAITING:
            return mandat
        self._flush()
        now = self._books.get(Bordereau, sheet.id)
        if not may_be_another(mandat, piece) or had(self._app, self._books, now, piece):
            self._urgent += prove(self._app, self._books, now, self._tally)
        return self._books.get(Mandat, mandat.id)

    def _hear(self, sheet: Bordereau, mandat: Mandat, piece: RetourPiece) -> None:
        if mandat.state not in WAITING or not may_be_another(mandat, piece):
            self._judge(mandat, piece)
        elif mandat.bordereau == sheet.id:
            self._keep(mandat, kept_in_doubt(mandat, piece))

    def _judge(self, mandat: Mandat, piece: RetourPiece) -> None:
        verdict = read_retour(mandat, piece)
        self._keep(mandat, after_retour(mandat, verdict, piece))

    def _keep(self, mandat: Mandat, after: Mandat) -> None:
        if after.doubt and after.doubt != mandat.doubt:
            self._tally.note(f"Mandat {mandat.id} : {after.doubt}")
        if after == mandat:
            return
        self._mandats[mandat.bordereau, mandat.number] = after
        self._changed[after.id] = after
        motif = motif_of(mandat, after)
        data = {"by": DGFIP, "document": self._document} | why(after) | paid_so_far(after)
        self._events.append(self._app.event(Subject.MANDAT, after.id, mandat.state, after.state, motif, **data))
        self._follow_reductions(mandat, after)

    def _follow_reductions(self, before: Mandat, after: Mandat) -> None:
        if after.origin is not None:
            self._flush()
            settle_origin(self._app, self._books, after, self._tally)
            taken_back = [key for key, one in self._mandats.items() if one.id == after.origin.mandat]
            self._mandats |= {key: self._books.get(Mandat, after.origin.mandat) for key in taken_back}
        if after.state is MandatState.REJECTED and before.state is not MandatState.REJECTED:
            self._rejected.append(after)

    def _tell_reduced(self) -> None:
        reduced = living_reductions(self._books, *self._rejected)
        for mandat in self._rejected:
            if by := reduced.get(mandat.id):
                self._tally.note(
                    f"Mandat {mandat.id} : le comptable le rejette, alors qu'il est réduit par {', '.join(by)}. Si la "
                    "réduction n'est pas partie, annulez-la ou écartez-la ; sinon voyez avec lui avant de réémettre."
                )

    def _flush(self) -> None:
        self._books.save(*self._changed.values())
        self._books.record(*self._events)
        self._changed, self._events = {}, []


def made_by_an_editor(app: App, siret: str) -> bool:
    """Say whether a finance software makes the mandats of a budget: many of them may never have come here."""
    return app.policy.owns(siret) and app.policy.budget(siret).editor


def _sheets(books: Books, siret: str, pieces: Sequence[RetourPiece]) -> dict[Place, Bordereau]:
    """Return our bordereaux that pieces are in; other kinds than ours (TypBord 04) are the comptable's."""
    years, numbers = {piece.exercice for piece in pieces}, {piece.bordereau for piece in pieces}
    found = books.find(Bordereau, siret=siret, exercice=years, number=numbers)
    return {(one.exercice, one.kind, one.number): one for one in found}


def _place(piece: RetourPiece) -> Place:
    return piece.exercice, OUR_KINDS.get(piece.bordereau_kind), piece.bordereau
