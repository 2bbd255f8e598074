"""The words of Chorus Pro for where an invoice stands, and what they mean to the one who receives it.

The enumeration is open: a status that we do not know is kept, shown and told to a person; it never stops an import.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Stage(StrEnum):
    """What a status asks of us."""

    READY = "READY"  # at our disposal: to be processed
    CERTIFIED = "CERTIFIED"  # somebody has certified the service
    MANDATED = "MANDATED"  # somebody has ordered the payment, or it is paid
    SUSPENDED = "SUSPENDED"  # the supplier owes a document
    RECYCLED = "RECYCLED"  # the supplier has to send it elsewhere
    REJECTED = "REJECTED"  # over
    AWAY = "AWAY"  # not ours now: on its way, in the hands of a validator, deleted
    UNKNOWN = "UNKNOWN"


AT_OUR_DISPOSAL: Final = "MISE_A_DISPOSITION"
COMPLETED: Final = "COMPLETEE"
SUSPENDED: Final = "SUSPENDUE"

PAID: Final = "MISE_EN_PAIEMENT"
AT_THE_COMPTABLE: Final = frozenset({"MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", PAID})
"""Hélios posts these by itself, as it receives a mandat, enters it in the accounts and pays it; we only read them."""

STAGES: Final[dict[str, Stage]] = {
    AT_OUR_DISPOSAL: Stage.READY,
    COMPLETED: Stage.READY,
    "PRISE_EN_COMPTE_DESTINATAIRE": Stage.READY,
    "SERVICE_FAIT": Stage.CERTIFIED,
    "MANDATEE": Stage.MANDATED,
    "MISE_A_DISPOSITION_COMPTABLE": Stage.MANDATED,
    "COMPTABILISEE": Stage.MANDATED,
    PAID: Stage.MANDATED,
    SUSPENDED: Stage.SUSPENDED,
    "A_RECYCLER": Stage.RECYCLED,
    "REJETEE": Stage.REJECTED,
}

PASSING: Final = frozenset(
    {
        "BROUILLON",
        "DEPOSEE",
        "EN_COURS_ACHEMINEMENT",
        "ABANDONNEE",
        "SUPPRIMEE",
        "ASSOCIEE",
        "EN_COURS_TRAITEMENT_PIVOT_S",
        "EN_ATTENTE_RECYCLAGE_FOURNISSEUR",
        "INTERPRETEE_OCR",
        "NON_CONFORME",
        "A_COMPLETER",
        "TRANSMISE_MOA",
        "REMPLACEE_PAR_A22",
        "DUPLIQUE_APRES_REFUS",
        "TECHNIQUE_INCONNU",
    }
)
"""Statuses that a recipient of ordinary invoices only meets in passing."""

CIRCUITS: Final = re.compile(
    "(A_VALIDER|REFUSEE|VALIDEE)_[12]|ABSENCE_VALIDATION_[12]_HORS_DELAI|ERREUR_[A-Z_]+"
    "|(A_VALIDER|REFUSEE|A_ASSOCIER|MISE_A_DISPOSITION|PRISE_EN_COMPTE)_(MOE|MOA|FOURNISSEUR)"
)
"""Families of statuses of the works and validation circuits."""

WORDS: Final[dict[str, str]] = {
    "DEPOSEE": "déposée",
    "EN_COURS_ACHEMINEMENT": "en cours d'acheminement",
    AT_OUR_DISPOSAL: "mise à disposition",
    COMPLETED: "complétée",
    "PRISE_EN_COMPTE_DESTINATAIRE": "prise en compte",
    "SERVICE_FAIT": "service fait",
    "MANDATEE": "mandatée",
    "MISE_A_DISPOSITION_COMPTABLE": "mise à disposition du comptable",
    "COMPTABILISEE": "comptabilisée",
    PAID: "mise en paiement",
    SUSPENDED: "suspendue",
    "A_RECYCLER": "à recycler",
    "REJETEE": "rejetée",
}


def stage(status: str) -> Stage:
    """Return what a status means to us."""
    if status in STAGES:
        return STAGES[status]
    return Stage.AWAY if status in PASSING or CIRCUITS.fullmatch(status) else Stage.UNKNOWN


def said(status: str) -> str:
    """Return a status as an agent reads it; one that we have no word for is shown as it is."""
    return WORDS.get(status, status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One status that an invoice has been through; `on` is None when its date cannot be read."""

    status: str
    on: date | None
    motif: str = ""


def first_disposal(passages: Sequence[Passage]) -> date | None:
    """Return the first day when an invoice was at our disposal: the legal delay runs from it (CCP R. 2192-15)."""
    return _first(passages, AT_OUR_DISPOSAL)


def first_suspension(passages: Sequence[Passage]) -> date | None:
    """Return the day when the legal delay was interrupted: the law allows it once (CCP R. 2192-27)."""
    return _first(passages, SUSPENDED)


def first_completion(passages: Sequence[Passage]) -> date | None:
    """Return the day when all that a suspension asked for was received: a new delay runs from it (CCP R. 2192-29)."""
    suspended = first_suspension(passages)
    after = [one for one in passages if suspended and one.on and one.on >= suspended]
    return _first(after, COMPLETED)


def _first(passages: Sequence[Passage], status: str) -> date | None:
    return min((one.on for one in passages if one.status == status and one.on), default=None)


def returns(passages: Sequence[Passage]) -> int:
    """Return how many times the supplier has sent an invoice back to us, completed or recycled; oldest first.

    >>> road = "MISE_A_DISPOSITION SUSPENDUE COMPLETEE A_RECYCLER DEPOSEE MISE_A_DISPOSITION".split()
    >>> returns([Passage(status=status, on=None) for status in road])
    2
    """
    count, recycled = 0, False
    for passage in passages:
        count += passage.status == COMPLETED or (recycled and passage.status == AT_OUR_DISPOSAL)
        recycled = stage(passage.status) is Stage.RECYCLED or (recycled and passage.status != AT_OUR_DISPOSAL)
    return count
