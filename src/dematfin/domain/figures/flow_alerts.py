"""Flows that need somebody: in doubt, refused, held, forgotten, and acquits that do not come."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from dematfin.domain.delay.elapsed import age, worked
from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.urgency import URGENT
from dematfin.domain.mandat.closure import Patience
from dematfin.domain.mandat.flux import IN_DOUBT, TO_DEPOSIT, Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.mandat.meaning import IMPORT

SIGNED_TOO_LONG: Final = timedelta(days=1)
SILENCE: Final = timedelta(days=10)
"""Share of the thirty days of payment that is the comptable's (CCP R. 2192-11 leaves twenty to the ordonnateur)."""
INFORMATION: Final = "Pour information. "
ABSENT: Final = "S'il n'y est plus : dematfin transmission absente {} --motif \"…\""
NOT_GONE: Final = "Flux {flux} : il n'est pas parti. {said}"
TROUBLE: Final = {
    FluxState.REFUSED_BY_TDT: "Flux {flux} : refusé par le TdT. {said} {again}",
    FluxState.TRANSMITTED: "Flux {flux} : {said} Voyez le portail du TdT. "
    "S'il n'y est plus : dematfin transmission absente {flux} --motif \"…\"",
    FluxState.BUILT: "Flux {flux} : sa signature est refusée. {said} {fixed}",
    FluxState.SIGNING: "Flux {flux}, à la signature : {said}",
    FluxState.SIGNED: NOT_GONE,
    FluxState.READY: NOT_GONE,
}
"""What is said of a flow whose last word is not the usual one."""


def of_flows(held: Holdings, now: datetime) -> Iterator[str]:
    """Yield the alerts of flows and of their mandats; `now` is in local time."""
    waiting = _not_taken_up(held)
    for flux in held.flux:
        if flux.state is FluxState.REFUSED_BY_TDT and flux.id not in waiting:
            continue
        yield from filter(None, (_in_trouble(flux, now), _left_lying(flux, held, now)))
    yield from _late(held, now)
    yield from _silence(held, now)


def _not_taken_up(held: Holdings) -> frozenset[str]:
    """Return the flows whose refusal is still to be seen to: mandats that wait, documents that went with no other."""
    back = {mandat.bordereau for mandat in held.mandats if mandat.state is MandatState.REFUSED_AT_GATE}
    carrying = {sheet.flux for sheet in held.bordereaux if sheet.id in back}
    brought = {piece for flux in held.flux if flux.brings for piece in flux.pieces}
    alone = {flux.id for flux in held.flux if not flux.bordereaux and not brought.issuperset(flux.pieces)}
    return frozenset(carrying | alone)


def _in_trouble(flux: Flux, now: datetime) -> str:
    said = f"{flux.message.rstrip('.')}." if flux.message else ""
    if flux.state in IN_DOUBT:
        return _in_doubt(flux, said, now)
    if flux.state is FluxState.REFUSED_BY_TDT or said:
        return (
            TROUBLE.get(flux.state, "").format(flux=flux.id, said=said, again=_again(flux), fixed=_fixed(flux)).strip()
        )
    return ""


def _fixed(flux: Flux) -> str:
    if flux.editor_flow:
        return (
            "Faites-le signer de nouveau ; s'il est à corriger, faites-le dans le logiciel financier : dematfin "
            f'bordereau abandonner {flux.editor_flow} --motif "…", puis {IMPORT}'
        )
    return "Corrigez, puis faites-le signer de nouveau."


def _again(flux: Flux) -> str:
    """Say what sends again what a refused flow carried."""
    if flux.editor_flow:
        return f"Corrigez ses mandats dans le logiciel financier, exportez de nouveau son flux, puis : {IMPORT}"
    if not flux.bordereaux:
        return "Ses pièces ne sont pas parties : dematfin bordereau envoyer-pieces MANDAT"
    return f"Corrigez, puis faites repartir ses mandats : dematfin bordereau reprendre {flux.bordereaux[0]}"


def _in_doubt(flux: Flux, said: str, now: datetime) -> str:
    """Say what settles a deposit: a number read at the TdT, or another run."""
    since = f" depuis {age(flux.sending_since, now)}" if flux.sending_since else ""
    doubt = f"Flux {flux.id} : à vérifier{since}"
    if not flux.arrived:
        return (
            f"{doubt}, on ne sait pas s'il est arrivé au TdT. {said} Il n'est pas à refaire : demandez ce qu'il "
            "devient (dematfin suivi)."
        )
    return (
        f"{doubt}, il est au TdT sous un numéro que l'on ne connaît pas. {said} Lisez ce numéro sur l'écran du TdT "
        f"(sur S²LOW, la liste des transactions Hélios), puis : dematfin transmission rattacher {flux.id} NUMÉRO. "
        f"{ABSENT.format(flux.id)}"
    )


def _left_lying(flux: Flux, held: Holdings, now: datetime) -> str:
    """A signed flow leaves by itself at the next run: one that is still here a day later is forgotten or held back."""
    since = held.waiting_since.get(flux.id)
    if flux.state not in TO_DEPOSIT or flux.message or since is None or _waited(since, held, now) < SIGNED_TOO_LONG:
        return ""
    return (
        f"Flux {flux.id} : signé depuis {age(since, now)}, pas encore transmis. Lancez la transmission, elle dit "
        "ce qui le retient (dematfin bordereau transmettre)."
    )


def _late(held: Holdings, now: datetime) -> Iterator[str]:
    """Tell a breakdown, where nothing answers any more, from a flow that stays behind while others are answered."""
    waiting = [flux for flux in held.flux if flux.state is FluxState.TRANSMITTED and flux.sent_at is not None]
    late = sorted((flux for flux in waiting if _emphasis(flux, held, now) is not None), key=_left_at)
    answered = (flux.sent_at for flux in held.flux if flux.state is FluxState.ACKNOWLEDGED and flux.sent_at)
    last = max(answered, default=None)
    together = [flux for flux in late if last is None or _left_at(flux) >= last]
    for flux in late[: len(late) - len(together)]:  # in the order of their departure: those overtaken come first
        yield _left_behind(flux, held, now)
    if together:
        yield _breakdown(together, held, now)


def _left_at(flux: Flux) -> datetime:
    if flux.sent_at is None:
        message = f"{flux.id} has not left"
        raise ValueError(message)
    return flux.sent_at


def _emphasis(flux: Flux, held: Holdings, now: datetime) -> str | None:
    """Return how a late acquit is announced, None as long as it is not late."""
    return _weight(_waited(_left_at(flux), held, now), held.patience)


def _waited(since: datetime, held: Holdings, now: datetime) -> timedelta:
    """Return how long something has waited while offices, and Hélios, were open."""
    waited, opened = worked(since, now, held.calendar), since
    for one in sorted(held.closures, key=lambda one: one.start):  # they may overlap
        start, end = max(opened, one.start), min(now, one.end)
        waited -= worked(start, end.astimezone(now.tzinfo), held.calendar)
        opened = max(opened, one.end)
    return waited


def _weight(waited: timedelta, patience: Patience) -> str | None:
    if waited >= patience.critical:
        return URGENT
    if waited >= patience.warning:
        return ""
    return INFORMATION if waited >= patience.information else None


def _left_behind(flux: Flux, held: Holdings, now: datetime) -> str:
    return (
        f"{_emphasis(flux, held, now)}Flux {flux.id} : pas d'acquit depuis {age(_left_at(flux), now)}, alors que des "
        "flux partis après lui ont le leur. Ou son adressage est faux (code du serveur Hélios chez le TdT, poste "
        "comptable IdPost dans la configuration), ou le TdT a écarté la réponse d'Hélios : demandez au TdT où en est "
        f"le dépôt n° {flux.remote_id or 'inconnu'}. Ne le renvoyez pas (dematfin flux voir {flux.id})."
    )


def _breakdown(late: Sequence[Flux], held: Holdings, now: datetime) -> str:
    oldest = late[0]
    what = f"le flux {oldest.id} attend" if len(late) == 1 else f"{len(late)} flux attendent, d'abord {oldest.id},"
    return (
        f"{_emphasis(oldest, held, now)}Acquits : {what} depuis {age(_left_at(oldest), now)}, et rien de ce qui est "
        "parti ensuite n'est acquitté. Ce n'est pas propre à un flux : panne ou fermeture du TdT ou d'Hélios. Lisez "
        "les avis du TdT ou appelez-le ; ne renvoyez rien, les réponses viendront (dematfin flux en-cours)."
    )


def _silence(held: Holdings, now: datetime) -> Iterator[str]:
    """Yield one line on the mandats of which the comptable says nothing: he may simply send no retours."""
    left = {key: flux.sent_at for flux in held.flux if flux.state is FluxState.ACKNOWLEDGED for key in flux.bordereaux}
    sent = (mandat for mandat in held.mandats if mandat.state is MandatState.SENT)
    silent = [(since, mandat) for mandat in sent if (since := left.get(mandat.bordereau)) and now - since >= SILENCE]
    if silent:
        since, oldest = min(silent, key=lambda one: (one[0], one[1].id))
        yield (
            f"{INFORMATION}{_count(one for _, one in silent)} depuis plus de {SILENCE.days} jours, sans nouvelle du "
            f"comptable (le plus ancien, {oldest.id}, depuis {age(since, now)}). S'il n'envoie pas de retours "
            "(PES_Retour), demandez-lui de les activer dans Hélios ; sinon demandez-lui où ils en sont (dematfin "
            "flux en-cours)."
        )


def _count(mandats: Iterable[Mandat]) -> str:
    number = len(tuple(mandats))
    return f"{number} mandats acquittés" if number > 1 else "1 mandat acquitté"
