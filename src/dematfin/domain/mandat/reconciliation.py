"""What we sent beside what the TdT has: every flow of both sides once, every difference explained, with what to do."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from dematfin.domain.mandat.deposit import PHASE, Held, Phase
from dematfin.domain.mandat.flux import FLUX_MACHINE, IN_DOUBT, NEVER_LEFT, Flux, FluxState

STAYED: Final = NEVER_LEFT | {FluxState.DROPPED}
PREFIX: Final = "PESALR1_"


class Gap(StrEnum):
    """In which way both sides differ."""

    NOT_THERE = "connu ici, absent du TdT"
    IN_DOUBT = "arrivée incertaine"
    ARRIVED = "arrivé, et nous l'ignorions"
    FOREIGN = "au TdT, inconnu d'ici"
    TWIN = "second dépôt d'un de nos flux"
    OTHER_FILE = "notre numéro porte un autre flux"
    ACQUIT_THERE = "acquit au TdT, pas encore ici"
    REFUSED_THERE = "refusé au TdT, pas encore ici"
    HELD_THERE = "retenu ou perdu au TdT"
    NEVER_SENT = "au TdT, alors qu'il n'est pas parti d'ici"
    REVIVED = "refusé ici, vivant au TdT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One difference: what it means, what to do; `act`: a person, or a command, must do it."""

    gap: Gap
    why: str
    remedy: str
    act: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One flow: ours, theirs, or both.

    Attributes:
        here: where it stands here, in words; empty when we do not know it.
        there: where it stands at the TdT, in words; empty when the TdT has none.
    """

    nomfic: str
    remote_id: str
    here: str = ""
    there: str = ""
    difference: Difference | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """What is compared.

    Attributes:
        ours: flows that have left, or may have; `known`: any other flow of ours that the TdT speaks of, by NomFic.
        there: what the TdT has.
        listed: the TdT lists all that it has; else it was asked for each of our numbers, and for nothing more.
    """

    ours: Sequence[Flux]
    known: Mapping[str, Flux] = field(default_factory=dict)
    there: Sequence[Held]
    listed: bool


def reconcile(sides: Sides) -> tuple[Row, ...]:
    """Return one row for each flow of ours, then one for each deposit that is none of them."""
    left = {one.remote_id: one for one in sides.there}
    named: dict[str, list[str]] = {}
    for one in left.values():
        named.setdefault(one.nomfic, []).append(one.remote_id)
    ours = {flux.id: flux for flux in (*sides.known.values(), *sides.ours)}
    rows = []
    for flux in ours.values():
        there = _deposit_of(flux, left, named)
        if there is not None:
            del left[there.remote_id]
        rows.append(_row(flux, there, listed=sides.listed))
    holders = {flux.remote_id: flux for flux in reversed(ours.values())}
    rows += [_stray(one, ours, holders) for one in left.values()]
    return tuple(sorted(rows, key=lambda row: (row.nomfic, row.remote_id)))


def totals(rows: Sequence[Row]) -> dict[str, int]:
    """Count the rows by difference; those that agree are counted too, so that all add up."""
    return dict(Counter(str(row.difference.gap) if row.difference else "concordant" for row in rows))


def _deposit_of(flux: Flux, left: Mapping[str, Held], named: Mapping[str, Sequence[str]]) -> Held | None:
    """Find the deposit of a flow: the one whose number we hold, else the first that bears its name."""
    mine = left.get(flux.remote_id) if flux.remote_id else None
    if mine is not None and mine.nomfic in {"", flux.id}:
        return mine
    return next((left[number] for number in named.get(flux.id, ()) if number in left), None)


def _row(flux: Flux, there: Held | None, *, listed: bool) -> Row:
    return Row(
        nomfic=flux.id,
        remote_id=there.remote_id if there else flux.remote_id,
        here=f"{FLUX_MACHINE.words[flux.state]}{f', {flux.acquit}' if flux.acquit else ''}",
        there=PHASE[there.phase] if there else "",
        difference=_present(flux, there) if there else _absent(flux, listed=listed),
    )


def _absent(flux: Flux, *, listed: bool) -> Difference | None:
    if flux.state in IN_DOUBT:
        why = "Le TdT ne le liste pas." if listed else "Ce TdT ne liste rien à notre compte : il ne peut pas le dire."
        remedy = (
            "Relancez le suivi : il repartira tout seul s'il n'est vraiment pas arrivé."
            if listed
            else f"Relevez son numéro sur le portail du TdT, puis dematfin transmission rattacher {flux.id} NUMÉRO."
        )
        return Difference(gap=Gap.IN_DOUBT, why=why, remedy=remedy)
    if flux.state is FluxState.TRANSMITTED:
        number = flux.remote_id or "inconnu"
        why = f"Déposé sous le n° {number}, que le TdT ne connaît pas ou plus : supprimé, purgé, ou autre compte."
        remedy = "Ne le renvoyez pas : demandez au TdT ce qu'il en a fait, et au comptable s'il l'a reçu."
        return Difference(gap=Gap.NOT_THERE, why=why, remedy=remedy)
    if flux.state is FluxState.ACKNOWLEDGED and listed:
        why = "Le TdT ne le montre plus ; son acquit est gardé ici, rien ne manque."
        return Difference(gap=Gap.NOT_THERE, why=why, remedy="Rien à faire.", act=False)
    return None


def _present(flux: Flux, there: Held) -> Difference | None:
    if flux.state in STAYED:
        return _never_sent(flux, there)
    if flux.state in IN_DOUBT:
        why = f"Le TdT l'a sous le n° {there.remote_id}."
        remedy = (
            f"Relancez le suivi ; s'il reste à vérifier : dematfin transmission rattacher {flux.id} {there.remote_id}."
        )
        return Difference(gap=Gap.ARRIVED, why=why, remedy=remedy)
    if flux.remote_id and there.remote_id != flux.remote_id:
        why = f"Nous le suivons sous le n° {flux.remote_id}, le TdT l'a sous le n° {there.remote_id}."
        remedy = "Ne renvoyez rien : demandez au TdT lequel des deux est parti à Hélios."
        return Difference(gap=Gap.OTHER_FILE, why=why, remedy=remedy)
    if flux.state is FluxState.REFUSED_BY_TDT:
        return _revived(flux, there)
    return _unread(flux, there) if flux.state is FluxState.TRANSMITTED else None


def _never_sent(flux: Flux, there: Held) -> Difference:
    why = (
        f"Il est « {FLUX_MACHINE.words[flux.state]} » ici, et le TdT l'a sous le n° {there.remote_id} : dépôt fait "
        "à la main, ou base restaurée d'une sauvegarde plus ancienne."
    )
    remedy = "Ne le signez ni ne le transmettez : voyez avec le comptable, un fournisseur serait payé deux fois."
    return Difference(gap=Gap.NEVER_SENT, why=why, remedy=remedy)


def _revived(flux: Flux, there: Held) -> Difference | None:
    if there.phase in {Phase.REFUSED, Phase.LOST}:
        return None
    why = (
        f"Le TdT l'avait refusé, il le dit maintenant : {PHASE[there.phase]}. Une réponse d'Hélios a pu arriver depuis."
    )
    remedy = f"Avant toute reprise, voyez avec le comptable si ses mandats sont arrivés (dematfin flux voir {flux.id})."
    return Difference(gap=Gap.REVIVED, why=why, remedy=remedy)


def _unread(flux: Flux, there: Held) -> Difference | None:
    match there.phase:
        case Phase.ANSWERED:
            why = "Hélios a répondu, la réponse n'est pas encore relevée."
            return Difference(gap=Gap.ACQUIT_THERE, why=why, remedy="Relancez le suivi (dematfin suivi).")
        case Phase.REFUSED:
            why = f"Le TdT l'a refusé. {there.message}".strip()
            return Difference(
                gap=Gap.REFUSED_THERE, why=why, remedy="Relancez le suivi (dematfin suivi), puis corrigez."
            )
        case Phase.HELD | Phase.LOST | Phase.UNKNOWN:
            why = there.message or f"Le TdT dit : {PHASE[there.phase]}."
            remedy = f"Voyez le portail du TdT, ou appelez-le, pour le dépôt n° {there.remote_id}. Ne le renvoyez pas."
            return Difference(gap=Gap.HELD_THERE, why=why, remedy=remedy)
        case _:
            return None


def _stray(there: Held, ours: Mapping[str, Flux], holders: Mapping[str, Flux]) -> Row:
    difference = _explained(there, ours, holders)
    return Row(nomfic=there.nomfic, remote_id=there.remote_id, there=PHASE[there.phase], difference=difference)


def _explained(there: Held, ours: Mapping[str, Flux], holders: Mapping[str, Flux]) -> Difference:
    number = there.remote_id
    if there.nomfic in ours:
        first = ours[there.nomfic].remote_id or "inconnu"
        why = (
            f"Ce flux est déjà suivi sous le n° {first} ; le n° {number} en est un second dépôt ({PHASE[there.phase]})."
        )
        remedy = "Demandez au TdT lequel est parti à Hélios ; si c'est les deux, prévenez le comptable."
        return Difference(gap=Gap.TWIN, why=why, remedy=remedy, act=there.phase is not Phase.REFUSED)
    if holder := holders.get(number):
        why = f"Nous tenons le n° {number} pour {holder.id}, il porte « {there.nomfic} »."
        remedy = f"Ne renvoyez rien : cherchez le vrai numéro de {holder.id} sur le portail du TdT."
        return Difference(gap=Gap.OTHER_FILE, why=why, remedy=remedy)
    ours_or_unread = not there.nomfic or there.nomfic.startswith(PREFIX)
    return Difference(gap=Gap.FOREIGN, why=_origin(there), remedy=_whose(there), act=ours_or_unread)


def _origin(there: Held) -> str:
    if not there.nomfic:
        return "Le nom de ce dépôt ne peut pas être lu au TdT."
    if there.nomfic.startswith(PREFIX):
        return "Son nom est des nôtres, mais aucun flux d'ici ne le porte : autre poste, ou base restaurée."
    return "Son nom n'est pas des nôtres : un autre logiciel, ou quelqu'un sur le portail, l'a déposé avec ce compte."


def _whose(there: Held) -> str:
    if there.nomfic.startswith(PREFIX):
        return "Ne signez ni ne transmettez rien avant d'avoir trouvé d'où il vient : nos numéros pourraient resservir."
    if not there.nomfic:
        return "Cherchez ce numéro sur le portail du TdT ; s'il porte des mandats d'ici, voyez avec le comptable."
    return (
        "Rien à faire si un autre logiciel envoie avec ce compte ; s'il porte des mandats d'ici, dites-le au comptable."
    )
