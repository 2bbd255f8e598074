"""The words of Chorus Pro for where an invoice stands, and what they mean to the one who receives it.

The enumeration is open: a status that we do not know is kept, shown and told to a person; it never stops an import.
"""

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

STAGES: Final[dict[str, Stage]] = {
    AT_OUR_DISPOSAL: Stage.READY,
    COMPLETED: Stage.READY,
    "PRISE_EN_COMPTE_DESTINATAIRE": Stage.READY,
    "SERVICE_FAIT": Stage.CERTIFIED,
    "MANDATEE": Stage.MANDATED,
    "MISE_A_DISPOSITION_COMPTABLE": Stage.MANDATED,
    "COMPTABILISEE": Stage.MANDATED,
    "MISE_EN_PAIEMENT": Stage.MANDATED,
    "SUSPENDUE": Stage.SUSPENDED,
    "A_RECYCLER": Stage.RECYCLED,
    "REJETEE": Stage.REJECTED,
}

ELSEWHERE: Final = frozenset(
    """BROUILLON A_VALIDER_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR REFUSEE_1 VALIDEE_1 ABSENCE_VALIDATION_1_HORS_DELAI
    A_VALIDER_2 ERREUR_COTRAITANT_SUR_VALIDEUR REFUSEE_2 VALIDEE_2 ABSENCE_VALIDATION_2_HORS_DELAI DEPOSEE
    ERREUR_FOURNISSEUR_SUR_MOE EN_COURS_ACHEMINEMENT ABANDONNEE SUPPRIMEE ASSOCIEE EN_COURS_TRAITEMENT_PIVOT_S
    A_VALIDER_MOE REFUSEE_MOE EN_ATTENTE_RECYCLAGE_FOURNISSEUR ERREUR_MOE_SUR_FOURNISSEUR ERREUR_MOA_SUR_FOURNISSEUR
    INTERPRETEE_OCR ERREUR_FOURNISSEUR_SUR_MOA ERREUR_MOE_SUR_MOA ERREUR_DESTINATAIRE_PD ERREUR_DESTINATAIRE_EA
    NON_CONFORME A_ASSOCIER_MOE ERREUR_DE_MOE MISE_A_DISPOSITION_MOE PRISE_EN_COMPTE_MOE A_ASSOCIER_MOA ERREUR_DE_MOA
    REFUSEE_MOA A_ASSOCIER_FOURNISSEUR REFUSEE_FOURNISSEUR A_COMPLETER TRANSMISE_MOA REMPLACEE_PAR_A22
    DUPLIQUE_APRES_REFUS MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA TECHNIQUE_INCONNU""".split()
)
"""Statuses that a recipient of ordinary invoices only meets in passing."""

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
    "MISE_EN_PAIEMENT": "mise en paiement",
    "SUSPENDUE": "suspendue",
    "A_RECYCLER": "à recycler",
    "REJETEE": "rejetée",
}


def stage(status: str) -> Stage:
    """Return what a status means to us."""
    return STAGES.get(status) or (Stage.AWAY if status in ELSEWHERE else Stage.UNKNOWN)


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
    return min((one.on for one in passages if one.status == AT_OUR_DISPOSAL and one.on), default=None)


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
