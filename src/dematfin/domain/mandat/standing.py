"""Where a mandat stands, in one sentence, with its days, its number and its money."""

from collections.abc import Callable
from datetime import date
from typing import Final

from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.money import french

S = MandatState


def told(mandat: Mandat) -> str:
    """Say where a mandat stands and since when."""
    return f"Écarté du bordereau : {mandat.set_aside}." if mandat.aside else _TOLD[mandat.state](mandat)


def _prepared(mandat: Mandat) -> str:
    if mandat.editor:
        return f"À reprendre dans le logiciel financier : il attend son prochain export, sous son n° {mandat.number}."
    if mandat.number:
        return f"Préparé : il repart au prochain bordereau sous son n° {mandat.number}."
    return "Préparé : il attend le prochain bordereau."


def _in_bordereau(mandat: Mandat) -> str:
    return f"{_named(mandat, 'En bordereau')} : il attend sa signature ou son envoi."


def _sent(mandat: Mandat) -> str:
    return f"{_named(mandat, 'Transmis')} : le comptable n'en a encore rien dit."


def _refused(mandat: Mandat) -> str:
    return f"{_named(mandat, 'Refusé au guichet')} : le comptable ne l'a pas. Il garde son numéro et son bordereau."


def _taken(mandat: Mandat) -> str:
    if mandat.kind is MandatKind.REDUCTION:
        return f"Annulation ou réduction prise en charge par le comptable{_on(mandat.taken_on)}."
    return f"Pris en charge par le comptable{_on(mandat.taken_on)} : reste à payer."


def _held(mandat: Mandat) -> str:
    return f"Suspendu par le comptable{_on(mandat.held_on)} : il le garde et attend."


def _rejected(mandat: Mandat) -> str:
    day = _on(mandat.rejected_on)
    if mandat.paid:
        return (
            f"Rejeté par le comptable{day}, alors que {french(mandat.paid)} ont été versés : il ne se réémet pas pour "
            "le tout. Voyez avec lui."
        )
    if mandat.number in mandat.burnt and not mandat.editor:
        return (
            f"Rejeté par le comptable{day} après sa prise en charge : le n° {mandat.number} ne servira plus, il en "
            "recevra un nouveau."
        )
    if mandat.editor:
        return f"Rejeté par le comptable{day} : il se corrige dans le logiciel financier."
    return f"Rejeté par le comptable{day} : une fois réémis, il garde son n° {mandat.number}."


def _partly(mandat: Mandat) -> str:
    last = f", dernier versement le {mandat.paid_on:%d/%m/%Y}" if mandat.paid_on else ""
    return f"Payé en partie : {french(mandat.paid)} sur {french(mandat.amount)}{last}."


def _paid(mandat: Mandat) -> str:
    if mandat.paid_before is not None:
        return f"Payé le {mandat.paid_before:%d/%m/%Y}, avant d'être mandaté ; le comptable l'a régularisé."
    if not mandat.paid:
        return "Soldé par le comptable, sans versement."
    return f"Payé{_on(mandat.paid_on)} : {french(mandat.paid)}."


def _cancelled(mandat: Mandat) -> str:
    return f"Annulé{f' : {mandat.reason}' if mandat.reason else ''}."


def _named(mandat: Mandat, words: str) -> str:
    return f"{words}, n° {mandat.number} du bordereau {mandat.bordereau}"


def _on(day: date | None) -> str:
    return f" le {day:%d/%m/%Y}" if day else ""


_TOLD: Final[dict[MandatState, Callable[[Mandat], str]]] = {
    S.PREPARED: _prepared,
    S.IN_BORDEREAU: _in_bordereau,
    S.SENT: _sent,
    S.REFUSED_AT_GATE: _refused,
    S.TAKEN_IN_CHARGE: _taken,
    S.ON_HOLD: _held,
    S.REJECTED: _rejected,
    S.PARTLY_PAID: _partly,
    S.PAID: _paid,
    S.CANCELLED: _cancelled,
}
