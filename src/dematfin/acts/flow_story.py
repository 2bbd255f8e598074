"""Flows, as somebody who follows them reads them: the list, the whole story of one, what is in flight."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from dematfin.acts import timeline
from dematfin.domain.event import Subject
from dematfin.domain.figures.in_flight import LEFT, UNSPOKEN, InFlight, Sent
from dematfin.domain.figures.in_flight import in_flight as find_in_flight
from dematfin.domain.figures.next_step import Standing
from dematfin.domain.figures.timeline import Moment
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import UNDER_WAY, Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.mandat.said import reasons_of
from dematfin.domain.mandat.twins import SheetVerdict, numbers_of, of_sheets
from dematfin.domain.mandat.verdict import FlowVerdict, read_acquit
from dematfin.domain.money import ZERO
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import DocumentError, RuleError
from dematfin.ports.app import App


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowLine:
    """One flow in a list."""

    flux: Flux
    total: Decimal
    mandats: int

    @classmethod
    def of(cls, flux: Flux, sheets: Sequence[Bordereau]) -> Self:
        """Return the line of a flow that carries these bordereaux."""
        total = sum((sheet.total for sheet in sheets), ZERO)
        return cls(flux=flux, total=total, mandats=sum(len(sheet.mandats) for sheet in sheets))


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowStory:
    """One flow: what it carries, who signed it, how it left, what was answered.

    Attributes:
        verdict: what its acquit says, None as long as none was applied, or when it cannot be read any more.
    """

    flux: Flux
    standing: Standing
    sheets: tuple[Bordereau, ...]
    mandats: tuple[Mandat, ...]
    pieces: tuple[Piece, ...]
    attempts: tuple[Attempt, ...]
    answers: tuple[Answer, ...]
    verdict: FlowVerdict | None
    replaced_by: tuple[str, ...]
    moments: tuple[Moment, ...]

    @property
    def total(self) -> Decimal:
        """What its bordereaux amount to."""
        return sum((sheet.total for sheet in self.sheets), ZERO)

    @property
    def judged(self) -> dict[str, SheetVerdict]:
        """What its acquit makes of each bordereau, by its id."""
        return of_sheets(self.verdict, self.sheets, numbers_of(self.mandats)) if self.verdict else {}

    def said_of(self, piece: Piece) -> str:
        """Say what its acquit makes of a document; empty as long as it says nothing."""
        if self.flux.id not in piece.carried_in:
            return "citée sans être dans le flux : Hélios l'a déjà"
        if self.verdict is None:
            return ""
        if refused := self.verdict.pieces_refused.get(piece.id):
            return f"refusée par l'acquit : {reasons_of(refused)}"
        return "acceptée par l'acquit" if piece.id in self.verdict.pieces_accepted else ""


def listed(app: App, who: Person, *, under_way: bool = False) -> tuple[FlowLine, ...]:
    """Return the flows, in the order in which they were named; those neither answered nor given up, if so asked."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        flows = books.find(Flux, state=UNDER_WAY) if under_way else books.find(Flux)
        keys = {key for flux in flows for key in flux.bordereaux}
        sheets = {sheet.id: sheet for sheet in books.find(Bordereau, id=tuple(keys))}
    return tuple(FlowLine.of(flux, [sheets[key] for key in flux.bordereaux]) for flux in sorted(flows, key=_rank))


def _rank(flux: Flux) -> str:
    """The counter at the end of a NomFic is one for all the flows of a budget; imports have their own."""
    return flux.editor_flow or flux.id.rpartition("_")[2]


def story(app: App, who: Person, identifier: str) -> FlowStory:
    """Return the story of one flow, named by its NomFic or by the number that the TdT gives it.

    Raises:
        UnknownRecord: there is none; RuleError: it is something else, or several.
    """
    who.require(Act.OVERSEE)
    found = timeline.thread(app, who, identifier)
    if found.subject is not Subject.FLUX:
        message = (
            f"« {identifier} » désigne : {found.subject} {found.id}, et non un flux. Voyez dematfin suivi {found.id}"
        )
        raise RuleError(message)
    records = found.records
    with app.ledger.reading() as books:
        pieces = books.find(Piece, id=records.flows[0].pieces)
    return FlowStory(
        flux=records.flows[0],
        standing=found.standing,
        sheets=records.sheets,
        mandats=records.mandats,
        pieces=pieces,
        attempts=records.attempts,
        answers=records.answers,
        verdict=_verdict(app, records.answers),
        replaced_by=records.replaced_by,
        moments=found.moments,
    )


def _verdict(app: App, answers: tuple[Answer, ...]) -> FlowVerdict | None:
    applied = [one for one in answers if one.kind is AnswerKind.ACQUIT and one.state is AnswerState.APPLIED]
    if not applied:
        return None
    try:
        with app.documents.open(applied[-1].document) as source:
            return read_acquit(app.reader.acquit(source.read()))
    except DocumentError:
        return None


def in_flight(app: App, who: Person) -> tuple[InFlight, ...]:
    """Return what has left and is still to be answered, the oldest first: nothing else is read."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        mandats = books.find(Mandat, state=UNSPOKEN)
        sheets = {one.bordereau for one in mandats}
        left = {flux.id: flux for flux in books.find(Flux, state=LEFT)}
        bordereaux = books.find(
            Bordereau, id=tuple(sheets | {key for flux in left.values() for key in flux.bordereaux})
        )
        carriers = tuple({sheet.flux for sheet in bordereaux} | set(left))
        held = Sent(
            flux=books.find(Flux, id=carriers),
            bordereaux=bordereaux,
            mandats=mandats,
            answers=books.find(Answer, flux=carriers, state=AnswerState.APPLIED),
        )
    return find_in_flight(held, app.clock.local(app.clock.now()))
