"""What a code of the DGFiP means to people: what happened, who can act, what that person does and types."""

import re
from dataclasses import dataclass, replace
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
IMPORT_AGAIN: Final = "bordereau importer FLUX.xml"
IMPORT: Final = f"dematfin {IMPORT_AGAIN}"
CORRECTED_THERE: Final = "Corrigez-le dans le logiciel financier, exportez de nouveau son flux, puis importez-le."
"""What is done of a mandat of the finance software that came back."""
TAKEN_UP: Final = re.compile(r"reprenez le bordereau(, préparez-le)?|réémettez le mandat", re.IGNORECASE)


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


def corrected_there(found: Meaning) -> Meaning:
    """Return what a code means for a mandat of the finance software: it alone corrects it, and exports it again."""
    if found.then == "" or found.command == ATTACH:
        return found
    if found.who in {Responsible.AGENT, Responsible.EDITOR}:
        return replace(found, who=Responsible.AGENT, remedy=CORRECTED_THERE, command="", then=None)
    remedy = TAKEN_UP.sub("exportez de nouveau son flux, importez-le", found.remedy)
    return replace(found, remedy=remedy[:1].upper() + remedy[1:], command="", then=None)
