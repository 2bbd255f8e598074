"""A flow that was never sent is withdrawn: the one before it, believed refused, had reached the comptable after all."""

from dataclasses import replace
from typing import Final

from dematfin.domain.event import Subject
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import AcquitSummary, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.attempts import flux_named
from dematfin.steps.day import LEASES
from dematfin.steps.prepare import prepare
from dematfin.steps.transmit import mandats_of

OURS: Final = frozenset({FluxState.BUILT, FluxState.SIGNED})
"""Nobody else has it."""


def withdraw(app: App, who: Person, nomfic: str, motif: str) -> Bordereau:
    """Drop such a flow: its bordereau goes back to the flow that arrived, its mandats are where the comptable says.

    Raises:
        Forbidden, UnknownRecord, ComeBackLater; RuleError: no motif, the flow may have left or is away, or the
            comptable knows none of its mandats, or can know them by no flow of ours.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    reason = for_journal(f"Flux {nomfic}", motif)
    with app.ledger.lease(LEASES[prepare], app.holder), app.ledger.transaction() as books:
        flux = flux_named(books, nomfic)
        _check_ours(flux)
        (bordereau,) = books.find(Bordereau, id=flux.bordereaux)
        mandats = mandats_of(books, flux)
        _check_known(flux, bordereau, mandats)
        former = _former(books, bordereau)
        books.save(flux.moved(FluxState.DROPPED))
        books.record(app.event(Subject.FLUX, flux.id, flux.state, FluxState.DROPPED, f"retiré : {reason}"))
        _recognise(app, books, former, reason)
        for one in mandats:
            if one.state is MandatState.IN_BORDEREAU:
                books.save(one.moved(MandatState.SENT))
                told = f"parti avec le flux {former.id}"
                books.record(app.event(Subject.MANDAT, one.id, one.state, MandatState.SENT, told))
        earlier = tuple(one for one in bordereau.sent_before if one != former.id)
        back = replace(bordereau, flux=former.id, sent_before=earlier, refused=False)
        books.save(back)
    return back


def _recognise(app: App, books: Books, former: Flux, reason: str) -> None:
    """Write that a flow has arrived: the comptable's word is a fact, whatever was believed of it."""
    there = replace(former, state=FluxState.ACKNOWLEDGED, acquit=AcquitSummary.ACCEPTED, message="")
    books.save(there)
    told = f"le comptable connaît ses mandats, il était donc arrivé : {reason}"
    books.record(app.event(Subject.FLUX, former.id, former.state, there.state, told))


def _check_ours(flux: Flux) -> None:
    if flux.state in OURS and flux.bordereaux:
        return
    why = f"il est « {FLUX[flux.state]} », seul un flux construit ou signé, pas encore envoyé, se retire"
    if flux.state is FluxState.SIGNING:
        why = f"il est à la signature : rappelez-le d'abord (dematfin bordereau rappeler {flux.bordereaux[0]})"
    message = f"Flux {flux.id} : {why}."
    raise RuleError(message)


def _check_known(flux: Flux, bordereau: Bordereau, mandats: tuple[Mandat, ...]) -> None:
    if all(one.state is MandatState.IN_BORDEREAU for one in mandats):
        message = (
            f"Flux {flux.id} : le comptable n'a répondu sur aucun de ses mandats, il peut être signé et envoyé. Pour "
            f"qu'un mandat n'en soit pas : dematfin bordereau ecarter {bordereau.id} NUMÉRO --motif \"…\""
        )
        raise RuleError(message)


def _former(books: Books, bordereau: Bordereau) -> Flux:
    """Return the last flow of a bordereau that has left us; one that was dropped never did."""
    for nomfic in reversed(bordereau.sent_before):
        former = books.get(Flux, nomfic)
        if former.state is not FluxState.DROPPED:
            return former
    message = (
        f"Le bordereau {bordereau.id} n'est jamais parti d'ici. Ce que le comptable connaît sous les numéros de ses "
        "mandats vient d'ailleurs : voyez avec lui avant toute chose."
    )
    raise RuleError(message)
