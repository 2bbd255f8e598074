"""Why the comptable suspends or rejects a mandat (ObsEtat), in words."""

from dataclasses import replace
from typing import Final

from dematfin.domain.mandat.meaning import ATTACH, CANCEL, CORRECT, INVOICE, SEND_ALONE, SLIP, Meaning, Responsible

A: Final = Responsible.AGENT
OBSERVATIONS: Final[dict[str, Meaning]] = {
    "01": Meaning(
        why="pièces justificatives absentes ou invalides",
        who=A,
        remedy="Joignez les pièces que demande la nomenclature.",
        command=ATTACH,
    ),
    "02": Meaning(
        why="pièces justificatives insuffisantes",
        who=A,
        remedy="Joignez ce qui manque ; le commentaire du comptable dit souvent quoi.",
        command=ATTACH,
    ),
    "03": Meaning(
        why="crédits insuffisants",
        who=A,
        remedy="Faites voter ou virer les crédits, puis importez-les.",
        command="credit importer FICHIER",
    ),
    "04": Meaning(
        why="liquidation erronée",
        who=A,
        remedy=(
            "Comparez le montant, la TVA et les retenues avec la facture. Si la facture est fausse, annulez le "
            "mandat et demandez-en une autre au fournisseur ; sinon corrigez les lignes."
        ),
        command=INVOICE,
    ),
    "05": Meaning(
        why="service fait non certifié",
        who=A,
        remedy="Joignez la certification du service fait : la fiche de visa de la facture la dit.",
        command=SLIP,
    ),
    "06": Meaning(why="autre motif", who=A, remedy="Lisez le commentaire du comptable, ou appelez-le."),
    "07": Meaning(
        why="double paiement",
        who=A,
        remedy="Ne réémettez pas avant d'avoir vu : si la facture est déjà payée, annulez le mandat.",
        command=INVOICE,
        then=CANCEL,
    ),
    "09": Meaning(
        why="domiciliation bancaire absente ou erronée",
        who=Responsible.SUPPLIER,
        remedy=(
            "Demandez-lui un RIB à jour et importez-le ; deux personnes le valident (tiers iban valider). Réémis, le "
            "mandat prend ce nouveau compte ; joignez-y le RIB."
        ),
        command="tiers importer FICHIER",
    ),
    "10": Meaning(
        why="avance non récupérée",
        who=A,
        remedy=(
            "Convenez avec le comptable de la récupération (elle se fait par un titre, hors de dematfin), puis "
            "réémettez le mandat."
        ),
        command=INVOICE,
    ),
    "11": Meaning(
        why="donneur d'ordre incompétent",
        who=Responsible.SIGNATORY,
        remedy="Transmettez au comptable l'arrêté de délégation ; qui en a le pouvoir signe le suivant.",
    ),
    "13": Meaning(
        why="prescription",
        who=A,
        remedy="La dette est éteinte par le temps : annulez le mandat, ou joignez la décision qui en relève.",
        command=ATTACH,
    ),
    "16": Meaning(
        why="mandat qui n'est pas au nom du véritable créancier",
        who=Responsible.SUPPLIER,
        remedy=(
            "Demandez-lui qui doit être payé et les pièces qui le prouvent. Changement de nom ou de compte : importez "
            "le tiers. Cession ou affacturage : tiers affacturage ajouter. Réémis, le mandat est à son nom."
        ),
        command="tiers importer FICHIER",
    ),
    "23": Meaning(why="erreur d'imputation", who=A, remedy="Corrigez le compte ou la fonction.", command=CORRECT),
    "24": Meaning(
        why="rejet technique",
        who=Responsible.COMPTABLE,
        remedy="Demandez au comptable ce qui s'est passé ; s'il n'y a rien à corriger, réémettez le mandat.",
    ),
}
"""ObsEtat of a retour."""


def observed(code: str) -> Meaning:
    """Return what a code means; an unknown one is shown as it is."""
    return OBSERVATIONS.get(code.zfill(2)) or replace(OBSERVATIONS["06"], why=f"motif {code}")


def while_held(meaning: Meaning) -> Meaning:
    """Return what is to be done while the comptable keeps the mandat: documents go alone, the rest is told to him."""
    if meaning.command == ATTACH:
        return replace(meaning, then=SEND_ALONE)
    remedy = f"{meaning.remedy} Le mandat est encore chez le comptable : convenez avec lui de la suite.".lstrip()
    return replace(meaning, remedy=remedy, command="", then="")
