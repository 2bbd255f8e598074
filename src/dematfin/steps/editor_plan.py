"""The plan of an import: what it makes here, worked out from the books; worked out again, it tells what has changed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.editor.completion import MandatKey
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.editor.pairing import DECIDED, Pairing
from dematfin.domain.editor.taken_up import (
    again_as,
    bordereau_of,
    by_mandat,
    key_of,
    mandat_of,
    origin_of,
    shares_of,
    taking_back,
)
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.aller import ReadBordereau, ReadFlow, ReadMandat
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece, to_carry
from dematfin.errors import ComeBackLater, FlowRejected
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.editor_again import Leaving, former_bordereau, former_mandat, missing, numbered, replaced
from dematfin.steps.held_back import held_back
from dematfin.steps.pieces import IMPORT, kept_for, pieces_of, with_kept

TOLD: Final = 5
"""Numbers of mandats that a message lists."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSheet:
    """One bordereau, with the one that it takes up again and the mandats, those that come back under their own id."""

    bordereau: Bordereau
    former: Bordereau | None
    mandats: tuple[Mandat, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that an import makes here.

    Attributes:
        pieces: the documents that each mandat refers to.
        before: the mandats taken up again, as they are now, by id.
        leaving: the mandats that are cancelled.
    """

    flow: EditorFlow
    pairings: tuple[Pairing, ...]
    invoices: tuple[Invoice, ...]
    sheets: tuple[PlannedSheet, ...]
    pieces: Mapping[MandatKey, tuple[Piece, ...]]
    before: Mapping[str, Mandat]
    leaving: tuple[Leaving, ...]

    @property
    def documents(self) -> tuple[Piece, ...]:
        """All the documents, each once."""
        return tuple({piece.id: piece for pieces in self.pieces.values() for piece in pieces}.values())

    @property
    def carried(self) -> tuple[Piece, ...]:
        """Those that Hélios has not accepted yet."""
        return to_carry(self.documents)


def waits_for(app: App, books: Books, flow: EditorFlow) -> str:
    """Say in French what keeps an import from being completed; empty when nothing does."""
    pairings = books.find(Pairing, editor_flow=flow.id)
    see = f"Voyez dematfin bordereau revoir {flow.id}."
    if open_ones := [one for one in pairings if one.state not in DECIDED]:
        numbers = ", ".join(dict.fromkeys(str(one.claim.mandat) for one in open_ones[:TOLD]))
        return f"Import {flow.id} ({flow.name}) : {len(open_ones)} à rapprocher, mandats n° {numbers}. {see}"
    if held := blocking(held_back(app, books, flow)):
        others = len(held) - 1
        more = f" (et {others} de plus)" if others else ""
        return f"Import {flow.id} ({flow.name}) : {held[0].sentence}{more} {see}"
    return ""


def plan_of(app: App, books: Books, flow: EditorFlow, read: ReadFlow) -> Plan:
    """Work out what an import makes here.

    Raises:
        RuleError: a bordereau or a mandat of it is alive here, or an invoice would be ordered twice; PiecesMissing.
    """
    pairings = books.find(Pairing, editor_flow=flow.id)
    invoices = books.find(Invoice, id=tuple({one.invoice_id for one in pairings if one.invoice_id}))
    case = _Case(
        app=app,
        books=books,
        flow=flow,
        read=read,
        claims=by_mandat(pairings),
        invoices={one.id: one for one in invoices},
        numbered=numbered(books, flow.siret, read),
    )
    _check_whole(case)
    made = {key_of(sheet, one): _made(case, sheet, one) for sheet in read.bordereaux for one in sheet.mandats}
    sheets = tuple(
        _sheet(case, sheet, [made[key_of(sheet, one)].mandat for one in sheet.mandats]) for sheet in read.bordereaux
    )
    return Plan(
        flow=flow,
        pairings=pairings,
        invoices=tuple(case.invoices.values()),
        sheets=sheets,
        pieces={key: one.pieces for key, one in made.items()},
        before={one.former.id: one.former for one in made.values() if one.former},
        leaving=_leaving(books, sheets),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """An import, as its file and the books tell it."""

    app: App
    books: Books
    flow: EditorFlow
    read: ReadFlow
    claims: Mapping[MandatKey, tuple[Pairing, ...]]
    invoices: Mapping[str, Invoice]
    numbered: Mapping[tuple[int, int], Sequence[Mandat]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """A mandat, the one that it takes up again, its documents."""

    mandat: Mandat
    former: Mandat | None
    pieces: tuple[Piece, ...]


def _check_whole(case: _Case) -> None:
    what, sheets = f"Import {case.flow.id}", case.read.bordereaux
    keys = [key_of(sheet, one) for sheet in sheets for one in sheet.mandats]
    if not keys or not all(sheet.mandats for sheet in sheets):
        message = f"{what} : un de ses bordereaux n'a aucun mandat, il ne peut pas être complété."
        raise FlowRejected(message)
    if len({*keys}) < len(keys) or case.claims.keys() != {*keys}:
        message = (
            f"{what} : ses mandats ne sont pas ceux qui ont été rapprochés, ou l'un y est deux fois. Abandonnez-le, "
            "puis importez de nouveau l'export."
        )
        raise FlowRejected(message)


def _sheet(case: _Case, sheet: ReadBordereau, mandats: Sequence[Mandat]) -> PlannedSheet:
    bordereau = bordereau_of(sheet, mandats, case.app.clock.today(), case.flow.imported_by)
    former = former_bordereau(case.books, bordereau)
    return PlannedSheet(bordereau=bordereau, former=former, mandats=tuple(mandats))


def _made(case: _Case, sheet: ReadBordereau, read: ReadMandat) -> _Made:
    key = key_of(sheet, read)
    claims = case.claims[key]
    invoices = [case.invoices[one] for one in dict.fromkeys(claim.invoice_id for claim in claims if claim.invoice_id)]
    shares = shares_of(key[0], claims, invoices)
    mandat = mandat_of(sheet, read, case.app.policy.budget(case.flow.siret), shares, invoices)
    mandat = taking_back(mandat, _origin(case.books, case.flow.siret, read))
    former = former_mandat(case.numbered.get((mandat.exercice, mandat.number), ()), mandat)
    if former:
        mandat = again_as(former, mandat)
    pieces = _pieces(case, mandat, read, claims, invoices)
    return _Made(mandat=replace(mandat, pieces=tuple(one.id for one in pieces)), former=former, pieces=pieces)


def _pieces(
    case: _Case, mandat: Mandat, read: ReadMandat, claims: Iterable[Pairing], invoices: Iterable[Invoice]
) -> tuple[Piece, ...]:
    """Return the documents of a mandat, but for those that its editor carries for it, byte for byte."""
    books = case.books
    found = [piece for one in invoices for piece in pieces_of(case.app, books, one, mandat.exercice)]
    books.save(*found)  # named once and for ever, whatever becomes of this plan
    kept = with_kept(books, replace(mandat, pieces=tuple(one.id for one in found))).pieces
    given = tuple(kept_for(IMPORT, f"{case.flow.id}:{one.claim.key}") for one in claims)
    pieces = (*books.find(Piece, id=kept, replaced_by=""), *books.find(Piece, kept_for=given, replaced_by=""))
    there = {one.sha256 for one in case.read.documents if one.id in read.references}
    return tuple({one.id: one for one in pieces if one.document.sha256 not in there}.values())


def _origin(books: Books, siret: str, read: ReadMandat) -> Mandat | None:
    if (place := origin_of(read)) is None:
        return None
    found = books.find(Mandat, siret=siret, exercice=place[0], number=place[1])
    return next((one for one in found if one.origin is None and one.state is not MandatState.CANCELLED), None)


def _leaving(books: Books, sheets: Iterable[PlannedSheet]) -> tuple[Leaving, ...]:
    now = [one for sheet in sheets for one in sheet.mandats]
    absent = tuple(_absent(books, sheets, now))
    return (*absent, *replaced(books, now, absent))


def _absent(books: Books, sheets: Iterable[PlannedSheet], now: Iterable[Mandat]) -> Iterator[Leaving]:
    for sheet in sheets:
        if sheet.former:
            yield from missing(books, sheet.former, now)


def check_unchanged(app: App, books: Books, plan: Plan, read: ReadFlow) -> None:
    """Raise ComeBackLater when anything that a plan was made of has changed since."""
    check_same(books, plan.flow)
    if waits_for(app, books, plan.flow) or plan_of(app, books, plan.flow, read) != plan:
        raise ComeBackLater(_changed(plan.flow))


def check_same(books: Books, flow: EditorFlow) -> None:
    """Raise ComeBackLater when somebody has completed or dropped an import since it was read."""
    if books.get(EditorFlow, flow.id) != flow:
        raise ComeBackLater(_changed(flow))


def _changed(flow: EditorFlow) -> str:
    return f"Import {flow.id} : quelque chose a changé pendant qu'il était complété. Préparez de nouveau."
