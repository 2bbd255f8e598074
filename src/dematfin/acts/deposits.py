"""What an agent sees and settles of deposits: their journal, and the number of one that the TdT did not tell."""

from dataclasses import dataclass
from typing import Final

from dematfin.domain.exceptional import Exceptional
from dematfin.domain.labels import FLUX
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.deposit import Phase
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.motif import for_journal
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import Conflict, ConnectorError, Refused, RuleError, UnknownOutcome
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.attempts import arrived_in, attempts_of, flux_named
from dematfin.steps.day import LEASES
from dematfin.steps.transmit import transmit

ASTRAY: Final = frozenset({Phase.LOST, Phase.HELD})
"""The deposit whose number we have will bring no answer by itself."""
LONGEST: Final = 100
"""Characters of a number at a TdT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """A flow, and every attempt to deposit it, in their order."""

    flux: Flux
    attempts: tuple[Attempt, ...]


def journal(app: App, who: Person, nomfic: str = "") -> tuple[Tried, ...]:
    """Return the attempts of one flow, or of all those that were tried; raises UnknownRecord."""
    who.require(Act.OVERSEE)
    with app.ledger.reading() as books:
        if nomfic:
            flows: tuple[Flux, ...] = (flux_named(books, nomfic),)
        else:
            flows = books.find(Flux, id=tuple({one.flux for one in books.find(Attempt)}))
        return tuple(Tried(flux=flux, attempts=attempts_of(books, flux)) for flux in flows)


def attach(app: App, who: Person, nomfic: str, number: str, motif: str = "") -> Flux:
    """Adopt the number that a person has read at the TdT, once the bytes that it holds there are ours.

    Raises:
        Forbidden, UnknownRecord, ComeBackLater.
        RuleError: the flow waits for no number, or that number holds something else, or nothing of it can be compared.
        ConnectorError: the TdT does not answer.
    """
    app = app.on_behalf_of(who, Act.TRANSMIT)
    remote_id = _checked(number)
    reason = for_journal(f"Flux {nomfic}", motif) if motif else ""
    with app.ledger.lease(LEASES[transmit], app.holder):
        with app.ledger.reading() as books:
            flux = flux_named(books, nomfic)
            _check_free(books, flux, remote_id)
        _check_waits(app, flux)
        _check_same(app, flux, remote_id)
        with app.ledger.transaction() as books:
            if books.get(Flux, flux.id) != flux:
                message = f"Flux {flux.id} : il a changé entre-temps. Regardez où il en est, puis recommencez."
                raise Conflict(message)
            told = f"rattaché par {who.name} au dépôt n° {remote_id} du TdT, après comparaison des octets"
            said = f"{told} : {reason}" if reason else told
            arrived_in(app, books, flux, remote_id, said, exception=Exceptional.DEPOSIT_ATTACHED)
            return books.get(Flux, flux.id)


def _checked(number: str) -> str:
    remote_id = number.strip()
    if not remote_id or len(remote_id) > LONGEST or not remote_id.isprintable():
        message = f"« {number} » n'est pas un numéro de dépôt : recopiez celui que montre l'écran du TdT."
        raise RuleError(message)
    return remote_id


def _check_free(books: Books, flux: Flux, remote_id: str) -> None:
    for other in books.find(Flux, remote_id=remote_id):
        if other.id != flux.id:
            message = f"Le dépôt n° {remote_id} est celui du flux {other.id} : rien n'est rattaché."
        else:
            message = f"Flux {flux.id} : il est déjà connu sous le n° {remote_id}, il n'y a rien à rattacher."
        raise RuleError(message)


def _check_waits(app: App, flux: Flux) -> None:
    """Only a flow whose number is unknown, or whose known number leads nowhere, waits for one."""
    if flux.state is FluxState.TO_VERIFY:
        return
    if flux.state is FluxState.SENDING:
        message = f"Flux {flux.id} : son envoi n'a pas encore de résultat. Lancez d'abord : dematfin suivi"
        raise RuleError(message)
    if flux.state is FluxState.TRANSMITTED and app.transmitter.follow(flux.remote_id, flux.id).phase in ASTRAY:
        return
    known = f" sous le n° {flux.remote_id}" if flux.remote_id else ""
    message = f"Flux {flux.id} : il est « {FLUX[flux.state]} »{known}, seul un flux « à vérifier » se rattache."
    raise RuleError(message)


def _check_same(app: App, flux: Flux, remote_id: str) -> None:
    """Raise RuleError, saying what that number holds, unless it holds the very bytes of the flow."""
    if (document := flux.to_deposit) is None:
        message = f"Flux {flux.id} : il n'a jamais été signé, il ne peut pas être au TdT."
        raise RuleError(message)
    try:
        with app.documents.local(document) as path:
            same = app.transmitter.confirm(remote_id, path, flux.id)
    except UnknownOutcome as error:
        if _is_answered(app, flux, remote_id):
            return
        message = (
            f"{error} Rien n'est rattaché. Vérifiez le numéro, puis recommencez plus tard, ou attendez son acquit : il "
            f"nomme le flux et sert alors de preuve. Sinon demandez au TdT à quel dépôt correspond {flux.id}."
        )
        raise RuleError(message) from error
    except Refused as error:
        message = f"{error} Rien n'est rattaché : relisez le numéro sur l'écran du TdT."
        raise RuleError(message) from error
    if not same:
        message = f"Le dépôt n° {remote_id} {_held(app, flux, remote_id)}. Rien n'est rattaché : relisez le numéro."
        raise RuleError(message)


def _is_answered(app: App, flux: Flux, remote_id: str) -> bool:
    """Say whether that number has brought an acquit that names our flow, which is as good a proof as its bytes."""
    try:
        progress = app.transmitter.follow(remote_id, flux.id)
    except ConnectorError:
        return False
    return progress.acquit is not None and app.reader.acquit(progress.acquit).nomfic == flux.id


def _held(app: App, flux: Flux, remote_id: str) -> str:
    """Say what another deposit holds, as far as the TdT lets it be seen."""
    with app.ledger.reading() as books:
        tried = attempts_of(books, flux)
    since = min((one.started_at for one in tried), default=flux.sending_since or app.clock.now())
    try:
        listed = app.transmitter.deposits(app.clock.local(since).date()) or ()
    except ConnectorError:
        listed = ()
    for one in listed:
        if one.remote_id == remote_id and one.nomfic:
            return f"contient le flux {one.nomfic}" + " avec d'autres octets" * (one.nomfic == flux.id)
    return f"contient autre chose que le flux {flux.id}"
