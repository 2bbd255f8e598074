"""The plan of an import: what it makes here, worked out from the books; worked out again, it tells what has changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from dematfin.domain.editor.completion import MandatKey
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.editor.pairing import DECIDED, Pairing
from dematfin.domain.editor.taken_up import (
    again_as,
    bordereau_of,
    key_of,
    mandat_of,
    origin_of,
    paired,
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
from dematfin.steps.editor_again import Leaving, former_bordereau, former_mandat, missing, replaced
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
        others = f" Et {len(held) - 1} autres raisons." if len(held) > 1 else ""
        return f"Import {flow.id} ({flow.name}) : {held[0].sentence}{others} {see}"
    return ""


def plan_of(app: App, books: Books, flow: EditorFlow, read: ReadFlow) -> Plan:
    """Work out what an import makes here.

    Raises:
        RuleError: a bordereau or a mandat of it is alive here, or an invoice would be ordered twice; PiecesMissing.
    """
    pairings = books.find(Pairing, editor_flow=flow.id)
    _check_whole(flow, read, pairings)
    sheets: list[PlannedSheet] = []
    before: dict[str, Mandat] = {}
    pieces: dict[MandatKey, tuple[Piece, ...]] = {}
    for sheet in read.bordereaux:
        made = []
        for one in sheet.mandats:
            mandat, former = _mandat(app, books, flow, (sheet, one), pairings)
            before |= {former.id: former} if former else {}
            dressed, documents = _dressed(app, books, flow, mandat, (paired(key_of(sheet, one), pairings), one, read))
            pieces[key_of(sheet, one)] = documents
            made.append(dressed)
        bordereau = bordereau_of(sheet, made, app.clock.today(), flow.imported_by)
        sheets.append(PlannedSheet(bordereau=bordereau, former=former_bordereau(books, bordereau), mandats=tuple(made)))
    return Plan(
        flow=flow,
        pairings=pairings,
        invoices=books.find(Invoice, id=tuple({one.invoice_id for one in pairings if one.invoice_id})),
        sheets=tuple(sheets),
        pieces=pieces,
        before=before,
        leaving=_leaving(books, flow, sheets),
    )


def _check_whole(flow: EditorFlow, read: ReadFlow, pairings: Iterable[Pairing]) -> None:
    known = {(one.claim.kind, one.claim.exercice, one.claim.bordereau, one.claim.mandat) for one in pairings}
    keys = [key_of(sheet, one) for sheet in read.bordereaux for one in sheet.mandats]
    if not all(sheet.mandats for sheet in read.bordereaux) or not keys:
        message = f"Import {flow.id} : un de ses bordereaux n'a aucun mandat, il ne peut pas être complété."
        raise FlowRejected(message)
    if len({*keys}) < len(keys) or known != {*keys}:
        message = (
            f"Import {flow.id} : ses mandats ne sont pas ceux qui ont été rapprochés, ou l'un y est deux fois. "
            "Abandonnez-le, puis importez de nouveau l'export."
        )
        raise FlowRejected(message)


def _mandat(
    app: App, books: Books, flow: EditorFlow, place: tuple[ReadBordereau, ReadMandat], pairings: Iterable[Pairing]
) -> tuple[Mandat, Mandat | None]:
    """Return a mandat, and the one that it takes up again."""
    sheet, read = place
    claims = paired(key_of(sheet, read), pairings)
    invoices = _invoices(books, claims)
    shares = shares_of(key_of(sheet, read)[0], claims, invoices)
    mandat = mandat_of(sheet, read, app.policy.budget(flow.siret), shares, invoices)
    mandat = taking_back(mandat, _origin(books, flow.siret, read))
    former = former_mandat(books, mandat)
    return (again_as(former, mandat) if former else mandat), former


def _invoices(books: Books, claims: Iterable[Pairing]) -> list[Invoice]:
    keys = dict.fromkeys(one.invoice_id for one in claims if one.invoice_id)
    return [books.get(Invoice, key) for key in keys]


def _origin(books: Books, siret: str, read: ReadMandat) -> Mandat | None:
    if (place := origin_of(read)) is None:
        return None
    found = books.find(Mandat, siret=siret, exercice=place[0], number=place[1])
    return next((one for one in found if one.origin is None and one.state is not MandatState.CANCELLED), None)


def _dressed(
    app: App,
    books: Books,
    flow: EditorFlow,
    mandat: Mandat,
    told: tuple[tuple[Pairing, ...], ReadMandat, ReadFlow],
) -> tuple[Mandat, tuple[Piece, ...]]:
    """Return a mandat with its documents, but for those that its editor carries for it, byte for byte."""
    claims, read, whole = told
    found = [piece for one in _invoices(books, claims) for piece in pieces_of(app, books, one, mandat.exercice)]
    books.save(*found)  # named once and for ever, whatever becomes of this plan
    kept = with_kept(books, replace(mandat, pieces=tuple(one.id for one in found))).pieces
    given = tuple(kept_for(IMPORT, f"{flow.id}:{one.claim.key}") for one in claims)
    pieces = (*books.find(Piece, id=kept, replaced_by=""), *books.find(Piece, kept_for=given, replaced_by=""))
    there = {one.sha256 for one in whole.documents if one.id in read.references}
    added = tuple(one for one in pieces if one.document.sha256 not in there)
    return replace(mandat, pieces=tuple(dict.fromkeys(one.id for one in added))), added


def _leaving(books: Books, flow: EditorFlow, sheets: Iterable[PlannedSheet]) -> tuple[Leaving, ...]:
    now = [one for sheet in sheets for one in sheet.mandats]
    absent = tuple(_absent(books, sheets, now))
    return (*absent, *replaced(books, flow.siret, now, absent))


def _absent(books: Books, sheets: Iterable[PlannedSheet], now: Iterable[Mandat]) -> Iterator[Leaving]:
    for sheet in sheets:
        if sheet.former:
            yield from missing(books, sheet.former, now)


def check_unchanged(app: App, books: Books, plan: Plan, read: ReadFlow) -> None:
    """Raise ComeBackLater when anything that a plan was made of has changed since."""
    flow = books.get(EditorFlow, plan.flow.id)
    if waits_for(app, books, flow) or plan_of(app, books, flow, read) != plan:
        message = f"Import {flow.id} : quelque chose a changé pendant qu'il était complété. Préparez de nouveau."
        raise ComeBackLater(message)
