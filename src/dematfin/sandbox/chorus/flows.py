"""The flows that suppliers' software deposits, and what became of each (compte rendu)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import Base64Bytes, Field, ValidationError

from dematfin.sandbox.chorus.criteria import Asked
from dematfin.sandbox.chorus.envelope import UNKNOWN, Body, failure, success
from dematfin.sandbox.chorus.mixte import Wrong, deposited, named, units
from dematfin.sandbox.chorus.state import PARIS, Invoices
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import TechnicalAccount, World

READ: Final = "IN_DP_E2_CPP_FACTURE_MIN"
"""The one syntax that the sandbox reads; a flow in another is refused in its compte rendu."""
Syntax = Literal[
    "IN_DP_E1_UBL_INVOICE",
    "IN_DP_E1_CII",
    "IN_DP_E1_PES_FACTURE",
    "IN_DP_E1_XCBL",
    "IN_DP_E2_UBL_INVOICE_MIN",
    "IN_DP_E2_CII_MIN",
    "IN_DP_E2_PES_FACTURE_MIN",
    "IN_DP_E2_CPP_FACTURE_MIN",
    "IN_DP_PDFARCHIVE_UBL_INVOICE_MUG",
    "IN_DP_PDFARCHIVE_CII_MUG",
    "IN_DP_E1_CII_16B",
    "IN_DP_E2_CII_MIN_16B",
    "IN_DP_E2_CII_FACTURX",
]


class Deposit(Asked):
    """What `deposer/flux` sends."""

    fichier_flux: Base64Bytes
    nom_fichier: str = Field(min_length=1)
    syntaxe_flux: Syntax
    avec_signature: bool = False


class FlowCalls:
    """Answers the calls about flows."""

    def __init__(self, world: World, invoices: Invoices, journal: Journal, folder: Path) -> None:
        """`folder` takes the files that come in flows."""
        self._structures = {structure.siret: structure for structure in world.structures}
        self._invoices = invoices
        self._journal = journal
        self._folder = folder

    def deposit(self, body: Body, account: TechnicalAccount) -> Reply:
        """`deposer/flux`: the flow is taken whatever it holds; its compte rendu tells."""
        sent = Deposit.model_validate(body)
        now = datetime.now(UTC)
        with self._invoices.change():
            number = self._invoices.keep_flow(sent.syntaxe_flux, sent.nom_fichier, now, self._taken(sent, account))
        self._journal.note("flux", numeroFluxDepot=number, nomFichier=sent.nom_fichier)
        return success(
            "GCU_MSG_01_000",
            numeroFluxDepot=number,
            dateDepot=now.astimezone(PARIS).date().isoformat(),
            syntaxeFlux=sent.syntaxe_flux,
        )

    def report(self, body: Body, _: TechnicalAccount) -> Reply:
        """`consulterCRDetaille`."""
        told = self._invoices.flow(str(body.get("numeroFluxDepot")), str(body.get("syntaxeFlux")))
        return failure(UNKNOWN, "Le flux est inconnu du système.") if told is None else success(**told)

    def _taken(self, sent: Deposit, account: TechnicalAccount) -> Body:
        """Integrate what can be, and return the outcome."""
        if sent.syntaxe_flux != READ:
            return _rejected(f"Le bac à sable ne lit que {READ}.")
        try:
            found = units(sent.fichier_flux)
        except Wrong as error:
            return _rejected(str(error))
        errors = [one for one in (self._integrated(unit, account) for unit in found) if one]
        state = "IN_INTEGRE_PARTIEL" if errors else "IN_INTEGRE"
        state = "IN_REJETE" if len(errors) == len(found) else state
        return {"etatCourantDepotFlux": state, "listeErreurTechnique": [], "listeErreurDP": errors}

    def _integrated(self, unit: Any, account: TechnicalAccount) -> Body:
        """Put an invoice at its recipient's disposal, or return its error."""
        names = named(unit)
        if names["identifiantFournisseur"] not in account.fournisseurs:
            return names | {"libelleErreurDP": "Le fournisseur n'est pas celui du compte technique."}
        try:
            invoice = deposited(unit, self._invoices.next_key(), self._structures, self._folder)
        except ValidationError as error:
            return names | {"libelleErreurDP": f"Donnée incorrecte : {error.errors()[0]['loc'][0]}"}
        except ValueError as error:
            return names | {"libelleErreurDP": str(error)}
        self._invoices.add(invoice, self._folder)
        self._journal.note("depot", idFacture=invoice.id, numero=invoice.numero)
        return {}


def _rejected(why: str) -> Body:
    error = {"codeErreur": "FLUX", "libelleErreur": why, "natureErreur": "REJET"}
    return {"etatCourantDepotFlux": "IN_REJETE", "listeErreurTechnique": [error], "listeErreurDP": []}
