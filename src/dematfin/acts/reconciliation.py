"""What we sent, what the TdT has, what came back: read on both sides, compared, nothing changed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from dematfin.domain.mandat.answer_gaps import AnswerGap, Unknown, gaps
from dematfin.domain.mandat.answers import RetourPiece
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.domain.mandat.flux import IN_DOUBT, MAY_BE_THERE, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.reconciliation import Row, Sides, reconcile, totals
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Answer, AnswerKind, AnswerState
from dematfin.errors import AccessDenied, BadAnswer, DocumentError, Refused
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.retours import OUR_KINDS, made_by_an_editor

OPEN = IN_DOUBT | {FluxState.TRANSMITTED}
ASKED = frozenset({FluxState.TRANSMITTED, FluxState.REFUSED_BY_TDT})
"""Flows whose number is asked for one by one where the TdT lists nothing: the others have their answer here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Both sides since a day.

    Attributes:
        listed: the TdT listed all that it has; else it told only of the numbers that we asked for.
        totals: rows by difference, those that agree included: they add up to all the rows.
    """

    transmitter: str
    since: date
    listed: bool
    rows: tuple[Row, ...]
    totals: dict[str, int]
    answers: tuple[AnswerGap, ...]

    @property
    def to_do(self) -> int:
        """How many differences somebody must act on."""
        return sum(bool(row.difference and row.difference.act) for row in self.rows) + sum(
            one.act for one in self.answers
        )


def compare(app: App, who: Person, since: date) -> Reconciliation:
    """Compare what we sent since a day, or since the oldest flow that is still open, with what the TdT has.

    Raises:
        Forbidden; ConnectorError: the TdT does not answer, nothing is compared.
    """
    who.require(Act.READ)
    with app.ledger.reading() as books:
        flows = {flux.id: flux for flux in books.find(Flux)}
        attempts = books.find(Attempt)
        answers = books.find(Answer)
    since = min((since, *(_day(app, left) for flux in flows.values() if flux.state in OPEN and (left := _left(flux)))))
    ours = [flux for flux in flows.values() if _concerns(app, flux, since)]
    held = app.transmitter.deposits(since)
    there = _asked(app, ours, attempts) if held is None else _listed(app, ours, held)
    numbers = {one.remote_id for one in there}
    named = {one.nomfic for one in there}
    known = {
        flux.id: flux for flux in flows.values() if flux.id in named or (flux.remote_id and flux.remote_id in numbers)
    }
    rows = reconcile(Sides(ours=ours, known=known, there=there, listed=held is not None))
    recent = [one for one in answers if _day(app, one.received_at) >= since or one.state is not AnswerState.APPLIED]
    return Reconciliation(
        transmitter=app.transmitter.name,
        since=since,
        listed=held is not None,
        rows=rows,
        totals=totals(rows),
        answers=tuple(gaps(recent, flows, _unknown_mandats(app, recent))),
    )


def _concerns(app: App, flux: Flux, since: date) -> bool:
    """Keep what left since a day, and what is still open whenever it left."""
    left = _left(flux)
    if flux.state in OPEN:
        return True
    may_be_there = flux.state in MAY_BE_THERE or (flux.state is FluxState.REFUSED_BY_TDT and bool(flux.remote_id))
    return may_be_there and left is not None and _day(app, left) >= since


def _left(flux: Flux) -> datetime | None:
    return flux.sent_at or flux.sending_since


def _listed(app: App, ours: Iterable[Flux], held: Iterable[Held]) -> list[Held]:
    """Take the list, and ask for each open flow that it leaves out, or says refused.

    A list is cut somewhere; and it does not tell a refusal from an error of which nobody knows whether it left before.
    """
    there = {one.remote_id: one for one in held}
    for flux in ours:
        if flux.state is not FluxState.TRANSMITTED or not flux.remote_id:
            continue
        listed = there.get(flux.remote_id)
        if (listed is None or listed.phase is Phase.REFUSED) and (told := _followed(app, flux.remote_id, flux.id)):
            there[flux.remote_id] = replace(told, nomfic=listed.nomfic) if listed else told
    return list(there.values())


def _day(app: App, instant: datetime) -> date:
    return app.clock.local(instant).date()


def _asked(app: App, ours: Iterable[Flux], attempts: Sequence[Attempt]) -> list[Held]:
    """Ask for each of our numbers, those of every attempt included; a number that is not known there is not there."""
    numbers = {flux.remote_id: flux.id for flux in ours if flux.state in ASKED and flux.remote_id}
    named = {flux.id for flux in ours}
    numbers |= {
        one.remote_id: one.flux for one in attempts if one.remote_id and one.flux in named & set(numbers.values())
    }
    found = (_followed(app, number, nomfic) for number, nomfic in numbers.items())
    return [one for one in found if one is not None]


def _followed(app: App, number: str, nomfic: str) -> Held | None:
    """Ask for one number; a TdT that lets us in no more tells nothing about any."""
    try:
        progress = app.transmitter.follow(number, nomfic)
    except AccessDenied:
        raise
    except Refused:
        return None
    except BadAnswer as error:
        return Held(remote_id=number, nomfic=nomfic, phase=Phase.UNKNOWN, message=str(error))
    return Held(remote_id=number, nomfic=nomfic, phase=progress.phase, message=progress.message)


def _unknown_mandats(app: App, answers: Iterable[Answer]) -> Iterator[Unknown]:
    """Read again what the comptable said: what concerns none of our mandats changed nothing here."""
    for answer in answers:
        if answer.kind is not AnswerKind.RETOUR or answer.state is not AnswerState.APPLIED:
            continue
        try:
            with app.documents.open(answer.document) as source:
                retour = app.reader.retour(source.read())
        except DocumentError:
            continue
        with app.ledger.reading() as books:
            for piece in retour.pieces:
                sheets = _sheets(books, retour.siret, piece)
                if not _is_listed(books, sheets, piece):
                    yield Unknown(
                        retour=answer.name,
                        exercice=piece.exercice,
                        bordereau=piece.bordereau,
                        number=piece.number,
                        usual=not sheets and made_by_an_editor(app, retour.siret),
                    )


def _sheets(books: Books, siret: str, piece: RetourPiece) -> list[Bordereau]:
    found = books.find(Bordereau, siret=siret, exercice=piece.exercice, number=piece.bordereau)
    return [one for one in found if one.kind is OUR_KINDS.get(piece.bordereau_kind)]


def _is_listed(books: Books, sheets: Iterable[Bordereau], piece: RetourPiece) -> bool:
    listed = tuple(key for one in sheets for key in one.mandats)
    return any(piece.number in (one.number, *one.burnt) for one in books.find(Mandat, id=listed))
