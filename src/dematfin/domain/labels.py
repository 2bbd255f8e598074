"""French words for our codes: what agents read on screens and in reports."""

from collections.abc import Iterable
from typing import Final

from dematfin.domain.invoice.lifecycle import INVOICE_MACHINE
from dematfin.domain.mandat.flux import FLUX_MACHINE
from dematfin.domain.mandat.mandat import MANDAT_MACHINE, Mandat, MandatState
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.mandat.together import leading, paid_in_part
from dematfin.domain.visa.decision import DecisionKind, Motive
from dematfin.domain.visa.folder import FOLDER_MACHINE
from dematfin.domain.visa.remote import REMOTE_MACHINE
from dematfin.domain.visa.step import StepState

INVOICE: Final = INVOICE_MACHINE.words
MANDAT: Final = MANDAT_MACHINE.words
FLUX: Final = FLUX_MACHINE.words
FOLDER: Final = FOLDER_MACHINE.words
REMOTE: Final = REMOTE_MACHINE.words

OF_ITS_MANDAT: Final[dict[MandatState, str]] = {
    MandatState.PREPARED: "mandat préparé",
    MandatState.IN_BORDEREAU: "mandatée",
    MandatState.SENT: "transmise",
    MandatState.REFUSED_AT_GATE: "refusée au guichet",
    MandatState.TAKEN_IN_CHARGE: "prise en charge",
    MandatState.ON_HOLD: "en instance",
    MandatState.PARTLY_PAID: "payée en partie",
    MandatState.REJECTED: "rejetée par le comptable",
    MandatState.PAID: "payée",
    MandatState.CANCELLED: "mandat annulé",
}
"""The label of an invoice to pay follows its mandat."""
SET_ASIDE: Final = "mandat écarté"
TO_IMPORT: Final = "à exporter de nouveau du logiciel financier"


def of_mandats(mandats: Iterable[Mandat]) -> str:
    """Return the label of an invoice to pay, from all its mandats; empty when it has none."""
    made = tuple(mandats)
    lead = leading(made)
    if lead is None:
        return ""
    if lead.aside:
        return SET_ASIDE
    return OF_ITS_MANDAT[MandatState.PARTLY_PAID if paid_in_part(made) else lead.state]


def standing(mandat: Mandat) -> str:
    """Say where a mandat stands, and why when it is set aside or came back."""
    if mandat.aside:
        return f"écarté : {mandat.set_aside}"
    if mandat.editor and mandat.state is MandatState.PREPARED:
        return TO_IMPORT
    return MANDAT[mandat.state] + (f" : {mandat.reason}" if mandat.reason else "")


MOTIVE: Final[dict[Motive, str]] = {
    Motive.NOT_MY_SERVICE: "ce n'est pas mon service",
    Motive.WRONG_ENGAGEMENT: "l'engagement est faux",
    Motive.SERVICE_NOT_DONE: "le service n'est pas fait",
    Motive.WRONG_PRICE: "le prix n'est pas conforme",
    Motive.DUPLICATE: "doublon",
    Motive.ALREADY_PAID: "déjà payée",
    Motive.OTHER: "autre motif",
}

STEP: Final[dict[StepState, str]] = {
    StepState.UPCOMING: "à venir",
    StepState.CURRENT: "attendue",
    StepState.APPROVED: "visée",
    StepState.REFUSED: "refusée",
    StepState.SKIPPED: "passée",
}

DECISION: Final[dict[DecisionKind, str]] = {
    DecisionKind.VISA: "visa",
    DecisionKind.REFUSAL: "refus",
    DecisionKind.TRANSFER: "transfert",
    DecisionKind.BYPASS: "étape passée",
}

PIECE: Final[dict[PieceKind, str]] = {
    PieceKind.FACTURE: "facture",
    PieceKind.AVOIR: "avoir",
    PieceKind.ANNEXE: "annexe",
    PieceKind.CONTRAT: "contrat",
    PieceKind.NOTIFICATION: "notification",
    PieceKind.DECOMPTE: "décompte",
    PieceKind.RECEPTION: "procès-verbal de réception",
    PieceKind.SOUS_TRAITANCE: "sous-traitance",
    PieceKind.CESSION: "cession de créance",
    PieceKind.RIB: "RIB",
    PieceKind.GARANTIE: "garantie",
    PieceKind.ETAT_LIQUIDATIF: "état liquidatif",
    PieceKind.ETAT_REGIE: "bordereau des dépenses du régisseur",
    PieceKind.DELIBERATION: "délibération",
    PieceKind.CONVENTION: "convention",
    PieceKind.CERTIFICAT: "certificat administratif",
}
