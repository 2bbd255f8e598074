"""A flow that was never sent is withdrawn: the one before it, believed refused, had reached the comptable after all."""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.exceptional import Exceptional
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import RuleError
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.arrival import take_arrived
from dematfin.steps.attempts import flux_named
from dematfin.steps.day import LEASES
from dematfin.steps.outcome import Tally
from dematfin.steps.prepare import prepare
from dematfin.steps.proofs import accept, believed_refused
from dematfin.steps.transmit import mandats_of

OURS: Final = frozenset({FluxState.BUILT, FluxState.SIGNED})
"""Nobody else has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """The bordereaux as they are now, and what a person must know or see to."""

    bordereaux: tuple[Bordereau, ...]
    notes: tuple[str, ...]


def withdraw(app: App, who: Person, nomfic: str, motif: str) -> Withdrawn:
    """Drop such a flow: its bordereaux go back to the flow that arrived, its mandats are where the comptable says.

    Raises:
        Forbidden, UnknownRecord, ComeBackLater; RuleError: no motif, the flow may have left or is away, or the
            comptable knows none of its mandats, or can know them by no flow of ours.
    """
    app = app.on_behalf_of(who, Act.PREPARE)
    reason = for_journal(f"Flux {nomfic}", motif)
    tally = Tally("retrait")
    with app.ledger.lease(LEASES[prepare], app.holder), app.ledger.transaction() as books:
        flux = flux_named(books, nomfic)
        _check_ours(flux)
        bordereaux = books.find(Bordereau, id=flux.bordereaux)
        _check_known(flux, bordereaux[0], mandats_of(books, flux))
        former = {one.id: _former(books, one) for one in bordereaux}
        told = f"le comptable connaît ses mandats, il était donc arrivé : {reason}"
        for before in {one.id: one for one in former.values()}.values():
            accept(app, books, before, told, by=app.by, exception=Exceptional.FLOW_WITHDRAWN)
        alarms = [line for one in bordereaux for line in take_arrived(app, books, one, former[one.id], tally)]
        now = books.find(Bordereau, id=flux.bordereaux)
        return Withdrawn(bordereaux=now, notes=(*tally.outcome().notes, *alarms))


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
        out = (
            f"abandonnez l'import {flux.editor_flow} et exportez-le sans lui du logiciel financier"
            if flux.editor_flow
            else f'dematfin bordereau ecarter {bordereau.id} NUMÉRO --motif "…"'
        )
        message = (
            f"Flux {flux.id} : le comptable n'a répondu sur aucun de ses mandats, il peut être signé et envoyé. Pour "
            f"qu'un mandat n'en soit pas : {out}"
        )
        raise RuleError(message)


def _former(books: Books, bordereau: Bordereau) -> Flux:
    if former := believed_refused(books, bordereau):
        return former
    message = (
        f"Le bordereau {bordereau.id} n'est jamais parti d'ici. Ce que le comptable connaît sous les numéros de ses "
        "mandats vient d'ailleurs, ou d'ici avant la restauration d'une sauvegarde : voyez avec lui avant toute chose. "
        f'S\'il a bien tous ses mandats : dematfin flux constater {bordereau.flux} --accepte --motif "…"'
    )
    raise RuleError(message)
