"""What a code of the DGFiP means to people: what happened, who can act, what that person does and types."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Responsible(StrEnum):
    """Who can put a thing right."""

    AGENT = "agent"
    SUPPLIER = "fournisseur"
    EDITOR = "éditeur"
    SIGNATORY = "signataire"
    COMPTABLE = "comptable"
    NOBODY = ""


CORRECT: Final = "mandat corriger {mandat} --nature COMPTE"
SHARE_OUT: Final = 'mandat ventiler {mandat} --ligne "nature=COMPTE,part=100%"'
ATTACH: Final = "pieces joindre {mandat} FICHIER --nature certificat"
SEND_ALONE: Final = "bordereau envoyer-pieces {mandat}"
RESUME: Final = "bordereau reprendre {bordereau}"
REISSUE: Final = "mandat reemettre {mandat}"
CANCEL: Final = 'mandat annuler {mandat} --motif "…"'
INVOICE: Final = "facture voir {facture}"
SLIP: Final = "visa fiche {facture}"
DOCUMENTS: Final = "pieces liste {mandat}"
CONFIGURATION: Final = "config verifier"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """One code in words.

    Attributes:
        why: what happened.
        who: who can act.
        remedy: what that person does.
        command: what is typed first, after `dematfin`, with {mandat}, {bordereau}, {facture} in it; empty: nothing.
        then: what is typed once that is done; None: whatever sends a mandat again after such a refusal; empty: nothing,
            it must not be sent again.
    """

    why: str
    who: Responsible
    remedy: str
    command: str = ""
    then: str | None = None
