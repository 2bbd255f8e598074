"""What a person has found out from the comptable, where no answer tells it, or where two answers contradict each other.

It changes only what answers left open: an acquit that was not clear, or another one that was kept and not applied.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.labels import FLUX, MANDAT
from dematfin.domain.mandat.bordereau import Bordereau, check_total
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import UNANSWERED, Mandat, MandatState
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.mandat.reason import Speaker
from dematfin.domain.mandat.stake import Stake
from dematfin.domain.money import ZERO
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Answer, AnswerState
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.arrival import has_left, hear_again, take_arrived
from dematfin.steps.attempts import flux_named
from dematfin.steps.day import LEASES
from dematfin.steps.outcome import Tally
from dematfin.steps.prepare import prepare
from dematfin.steps.proofs import accept
from dematfin.steps.transmit import give_back

TAKEN: Final = frozenset({AcquitSummary.ACCEPTED, AcquitSummary.PARTLY})
UNAPPLIED: Final = frozenset({AnswerState.DIFFERENT, AnswerState.QUARANTINED})
BY_HAND: Final[dict[str, str]] = {EXCEPTION: Exceptional.VERDICT_BY_HAND}
"""What the event keeps of a verdict that a person has written down."""
SETTLED_BY_NOTHING: Final = frozenset({FluxState.BUILT, FluxState.SIGNED, FluxState.TO_VERIFY, FluxState.TRANSMITTED})


def see(app: App, who: Person, name: str, motif: str) -> tuple[str, ...]:
    """Close what was said of a mandat, of the answers of a flow or of one answer; return it. Nothing else is changed.

    Raises:
        Forbidden; RuleError: no motif, or there is nothing to close under that name.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    said = _said(app, who, name, motif)
    with app.ledger.transaction() as books:
        answers = _unseen(books, name)
        doubted = [one for one in books.find(Mandat, id=name) if _is_told(one) and not one.doubt_seen]
        if not answers and not doubted:
            message = f"« {name} » : aucune alerte à clore. Donnez le nom par lequel l'alerte commence."
            raise RuleError(message)
        books.save(*(replace(one, doubt_seen=said) for one in doubted))
        closed = {EXCEPTION: Exceptional.ALERT_CLOSED}
        books.record(*(app.event(Subject.MANDAT, one.id, one.state, one.state, said, **closed) for one in doubted))
        _close(app, books, answers, said, **closed)
    return (*(one.doubt or one.reason for one in doubted), *(remark for one in answers for remark in one.remarks))


def _is_told(mandat: Mandat) -> bool:
    """Say whether an alert about a mandat may be closed: what is rejected there may never come back."""
    return bool(mandat.doubt) or (mandat.editor and mandat.state is MandatState.REJECTED)


def find_accepted(app: App, who: Person, nomfic: str, motif: str) -> tuple[str, ...]:
    """Write that Hélios has what a flow carried; return what a person must see to.

    Raises:
        Forbidden, UnknownRecord, ComeBackLater; RuleError: no motif, its answers leave nothing open, or its bordereau
            has left again.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    said = _said(app, who, f"Flux {nomfic}", motif)
    tally = Tally("constat")
    alarms: list[str] = []
    with app.ledger.lease(LEASES[prepare], app.holder), app.ledger.transaction() as books:
        flux = flux_named(books, nomfic)
        sheets = books.find(Bordereau, id=flux.bordereaux)
        if not _is_known_only(books, flux):
            _check_open(books, flux)
        _check_not_gone(books, flux, sheets)
        believed = flux.acquit in TAKEN
        _close(app, books, _unseen(books, flux.id), said, **(BY_HAND if believed else {}))
        if not believed:
            accept(app, books, flux, f"accepté, {said}", by=app.by, **BY_HAND)
        for sheet in sheets:
            if sheet.flux != flux.id or sheet.refused or flux.state is not FluxState.ACKNOWLEDGED:
                alarms += take_arrived(app, books, sheet, flux, tally)
        if not sheets:
            books.save(*(one.accepted(flux.id) for one in _carried(books, flux) if flux.id not in one.refused_in))
    return (*tally.outcome().notes, *alarms)


def stake(app: App, who: Person, nomfic: str) -> Stake:
    """Return what would come back; raises as `find_refused`."""
    who.require(Act.PREPARE)
    with app.ledger.reading() as books:
        flux = flux_named(books, nomfic)
        _check_open(books, flux)
        sheets = _its_own(books, flux)
        mandats = books.find(Mandat, bordereau=tuple(one.id for one in sheets))
        _check_unspoken(flux, mandats)
    return Stake(flux=flux, mandats=mandats, total=sum((one.total for one in sheets), ZERO))


def find_refused(app: App, who: Person, nomfic: str, motif: str, confirmed: Decimal) -> Stake:
    """Write that Hélios has nothing of a flow: its mandats come back; `confirmed` is the total that the person typed.

    Raises:
        Forbidden, UnknownRecord, ComeBackLater; RuleError: no motif, another total, its answers leave nothing open, or
            the comptable knows its mandats.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    said = _said(app, who, f"Flux {nomfic}", motif)
    with app.ledger.lease(LEASES[prepare], app.holder):
        found = stake(app, who, nomfic)
        check_total(nomfic, confirmed, found.total)
        with app.ledger.transaction() as books:
            _refuse(app, books, found, said)
    return found


def _refuse(app: App, books: Books, found: Stake, said: str) -> None:
    flux, sheets = books.get(Flux, found.flux.id), _its_own(books, found.flux)
    found.check(flux, books.find(Mandat, bordereau=[one.id for one in sheets]))
    believed = flux.acquit is AcquitSummary.REFUSED or flux.state is FluxState.REFUSED_BY_TDT
    _close(app, books, _unseen(books, flux.id), said, **(BY_HAND if believed else {}))
    if believed:
        return
    books.save(replace(flux, state=FluxState.ACKNOWLEDGED, acquit=AcquitSummary.REFUSED, message=said))
    refused = {"acquit": AcquitSummary.REFUSED} | BY_HAND
    books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.ACKNOWLEDGED, f"refusé, {said}", **refused))
    if not flux.bordereaux:
        books.save(*(one.refused(flux.id, said) for one in _carried(books, flux)))
    give_back(app, books, replace(flux, bordereaux=tuple(one.id for one in sheets)), said, Speaker.GATE)
    hear_again(books, sheets)


def _said(app: App, who: Person, what: str, motif: str) -> str:
    return f"constaté par {who.name} le {app.clock.today():%d/%m/%Y} : {for_journal(what, motif)}"


def _unseen(books: Books, name: str) -> list[Answer]:
    found = {one.id: one for one in (*books.find(Answer, flux=name), *books.find(Answer, name=name))}
    return [one for one in found.values() if one.remarks and not one.seen]


def _close(app: App, books: Books, answers: Sequence[Answer], said: str, **marks: str) -> None:
    books.save(*(replace(one, seen=said) for one in answers))
    for flux in books.find(Flux, id=tuple({one.flux for one in answers if one.flux})):
        books.record(app.event(Subject.FLUX, flux.id, flux.state, flux.state, f"ses réponses : {said}", **marks))


def _is_known_only(books: Books, flux: Flux) -> bool:
    """Say whether the comptable has spoken of what it carries, and nothing else will ever settle it: its acquit is
    lost, or it left from a ledger that was restored since, and is thought to be here."""
    spoken = [one for one in books.find(Mandat, bordereau=flux.bordereaux) if one.state not in UNANSWERED]
    return flux.state in SETTLED_BY_NOTHING and bool(spoken)


def _check_open(books: Books, flux: Flux) -> None:
    unclear = flux.state is FluxState.ACKNOWLEDGED and flux.acquit is AcquitSummary.UNCLEAR
    if unclear or any(one.state in UNAPPLIED for one in _unseen(books, flux.id)):
        return
    where = f"{FLUX[flux.state]}, {flux.acquit}" if flux.acquit else FLUX[flux.state]
    message = (
        f"Flux {flux.id} : il est « {where} », ses réponses ne laissent rien à trancher. S'il n'a pas de réponse : "
        f"dematfin flux voir {flux.id}"
    )
    raise RuleError(message)


def _check_not_gone(books: Books, flux: Flux, sheets: Sequence[Bordereau]) -> None:
    if gone := [other.id for sheet in sheets if (other := has_left(books, sheet, flux))]:
        message = (
            f"Flux {flux.id} : son bordereau est reparti dans le flux {', '.join(gone)}, il ne peut être accepté deux "
            "fois. Que le comptable n'en prenne qu'un en charge, puis : "
            f'dematfin flux constater {flux.id} --vu --motif "…"'
        )
        raise RuleError(message)


def _check_unspoken(flux: Flux, mandats: Sequence[Mandat]) -> None:
    known = [one for one in mandats if one.state not in UNANSWERED]
    if known and flux.acquit is not AcquitSummary.REFUSED:
        listed = ", ".join(f"n° {one.number} ({MANDAT[one.state]})" for one in known)
        message = f"Flux {flux.id} : le comptable a répondu sur ses mandats {listed}, il n'est donc pas refusé."
        raise RuleError(message)


def _its_own(books: Books, flux: Flux) -> list[Bordereau]:
    """Return the bordereaux that no later flow carries."""
    return [one for one in books.find(Bordereau, id=flux.bordereaux) if one.flux == flux.id]


def _carried(books: Books, flux: Flux) -> tuple[Piece, ...]:
    return books.find(Piece, id=flux.pieces, accepted_in="", replaced_by="")
