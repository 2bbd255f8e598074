"""A flow that gets no answer: a named person certifies that nothing of it was integrated, its mandats come back.

It is the only way out when the TdT has lost a flow, or holds its bytes for ever under a number that leads nowhere: they
can never be sent again, so another flow is built and signed. Hélios' own nets remain: it integrates a bordereau and a
document once.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.exceptional import Exceptional
from dematfin.domain.labels import FLUX, MANDAT
from dematfin.domain.mandat.attempt import AttemptState
from dematfin.domain.mandat.bordereau import Bordereau, check_total
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import UNANSWERED
from dematfin.domain.mandat.stake import Stake
from dematfin.domain.money import ZERO
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.domain.reception import Answer
from dematfin.errors import RuleError, SignatureError, UnknownOutcome
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.attempts import elsewhere, end_open, flux_named, keep_former, last_refused
from dematfin.steps.day import LEASES
from dematfin.steps.reconcile import rested
from dematfin.steps.transmit import give_back, mandats_of, transmit

ASK: Final = "Lancez : dematfin suivi"
STILL_THERE: Final = (
    "Le TdT le garde, en attente d'une personne. Faites-l'y d'abord supprimer : quelqu'un pourrait encore le faire "
    "partir."
)
PHASES: Final = {
    Phase.WAITING: f"le TdT l'a et le traite, son acquit peut encore venir. {ASK}",
    Phase.ANSWERED: f"Hélios y a répondu. {ASK}",
    Phase.REFUSED: f"le TdT l'a refusé, ses mandats reviennent d'eux-mêmes. {ASK}",
    Phase.UNKNOWN: "le TdT lui donne un état que dematfin ne connaît pas : demandez-lui ce que c'est.",
}
"""Why a deposit is not lost."""


def absence(app: App, who: Person, nomfic: str) -> Stake:
    """Ask the TdT about a flow and say what would come back.

    Raises:
        Forbidden, UnknownRecord; ConnectorError: the TdT does not answer.
        RuleError: the flow has an answer, is there, may be on its way, or will be settled without anybody.
    """
    app = app.on_behalf_of(who, Act.PREPARE)  # the unattended service certifies nothing
    with app.ledger.reading() as books:
        flux = flux_named(books, nomfic)
        _check_unanswered(books, flux)
        mandats = mandats_of(books, flux)
        total = sum((one.total for one in books.find(Bordereau, id=flux.bordereaux)), ZERO)
    said = _of_lost_number(app, flux) if flux.state is FluxState.TRANSMITTED else _of_unknown_number(app, flux)
    return Stake(flux=flux, mandats=mandats, total=total, said=said)


def certify_absent(app: App, who: Person, nomfic: str, motif: str, confirmed: Decimal) -> Stake:
    """Give the mandats of a flow back; `confirmed` is the total in euros that the person saw and typed.

    Raises:
        As `absence`; ComeBackLater; RuleError: no motif, or another total.
    """
    who.require(Act.PREPARE)
    reason = for_journal(f"Flux {nomfic}", motif)
    with app.ledger.lease(LEASES[transmit], app.holder):
        stake = absence(app, who, nomfic)
        check_total(nomfic, confirmed, stake.total)
        _take_back(app.on_behalf_of(who, Act.PREPARE), stake, f"certifié absent par {who.name} : {reason}")
    return stake


def _take_back(app: App, stake: Stake, said: str) -> None:
    with app.ledger.transaction() as books:
        flux = books.get(Flux, stake.flux.id)
        stake.check(flux, mandats_of(books, flux))
        _check_unanswered(books, flux)
        keep_former(app, books, flux)
        end_open(app, books, flux, AttemptState.ABSENT, said)
        books.save(replace(flux.moved(FluxState.REFUSED_BY_TDT), message=said))
        books.record(
            app.event(
                Subject.FLUX, flux.id, flux.state, FluxState.REFUSED_BY_TDT, said, exception=Exceptional.FLOW_LOST
            )
        )
        give_back(app, books, flux, f"flux {flux.id} {said}")


def _check_unanswered(books: Books, flux: Flux) -> None:
    """Whoever has answered has received."""
    if books.find(Answer, flux=flux.id):
        message = f"Flux {flux.id} : un acquit d'Hélios y répond, il n'est pas perdu. {ASK}"
        raise RuleError(message)
    known = [one for one in mandats_of(books, flux) if one.state not in UNANSWERED]
    if known:
        listed = ", ".join(f"n° {one.number} ({MANDAT[one.state]})" for one in known)
        message = f"Flux {flux.id} : le comptable a répondu sur ses mandats {listed}, il n'est donc pas perdu."
        raise RuleError(message)


def _of_lost_number(app: App, flux: Flux) -> str:
    progress = app.transmitter.follow(flux.remote_id, flux.id)
    if progress.phase in PHASES:
        message = f"Flux {flux.id} : {PHASES[progress.phase]}"
        raise RuleError(message)
    said = progress.message or "le TdT ne l'a plus"
    return f"{said} {STILL_THERE}" if progress.phase is Phase.HELD else said


def _of_unknown_number(app: App, flux: Flux) -> str:
    if flux.state is not FluxState.TO_VERIFY:
        message = (
            f"Flux {flux.id} : il est « {FLUX[flux.state]} ». Seul un flux « à vérifier », ou perdu par le TdT, se "
            "certifie absent."
        )
        raise RuleError(message)
    if not rested(app, flux):
        message = f"Flux {flux.id} : son dernier envoi peut encore être en route. Recommencez dans quelques minutes."
        raise RuleError(message)
    with app.ledger.reading() as books:
        other, refused = elsewhere(app, books, flux), last_refused(books, flux)
    if other:
        return f"Il a peut-être été reçu par {other}, qui n'est plus le TdT configuré : c'est là qu'il faut demander."
    if not flux.arrived and app.transmitter.refuses_twins and not refused:
        message = f"Flux {flux.id} : dematfin sait vérifier seul s'il est arrivé. {ASK}"
        raise RuleError(message)
    if there := _found(app, flux):
        way = f"dematfin transmission rattacher {flux.id} {there}"
        message = f"Flux {flux.id} : il est au TdT, sous le n° {there}. Rattachez-le : {way}"
        raise RuleError(message)
    return flux.message or "Le TdT ne sait pas dire s'il l'a."


def _found(app: App, flux: Flux) -> str:
    if (document := flux.to_deposit) is None:
        raise SignatureError
    try:
        with app.documents.local(document) as path:
            return app.transmitter.find(path, flux.id)
    except UnknownOutcome:
        return ""
