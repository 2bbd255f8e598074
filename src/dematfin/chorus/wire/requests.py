"""The criteria of the searches; what is None is not sent."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from datetime import date
from decimal import Decimal
from typing import Any

from dematfin.chorus.wire.base import Wire


class SupplierCriterion(Wire):
    """One supplier, by the platform's own id."""

    idFournisseur: int
    listeIdService: tuple[int, ...] | None = None


class Search(Wire):
    """Criteria of `rechercher/recipiendaire`; ids are the platform's, never a SIRET; mind `montantApayer`."""

    typeDemandePaiement: str | None = None
    idDestinataire: int | None = None
    idServiceExecutant: int | None = None
    numeroFacture: str | None = None
    periodeDateDepotDu: date | None = None
    periodeDateDepotAu: date | None = None
    listeTypeFacture: tuple[str, ...] | None = None
    listeTypeFactureTravaux: tuple[str, ...] | None = None
    listeFournisseurs: tuple[SupplierCriterion, ...] | None = None
    rechercheSirenFournisseur: bool | None = None
    idStructureValideur: int | None = None
    cadreFacturation: str | None = None
    statutCourant: tuple[str, ...] | None = None
    periodeDateFactureDu: date | None = None
    periodeDateFactureAu: date | None = None
    montantHTMin: Decimal | None = None
    montantHTMax: Decimal | None = None
    montantTTCMin: Decimal | None = None
    montantTTCMax: Decimal | None = None
    montantApayerMin: Decimal | None = None
    montantApayerMax: Decimal | None = None
    numeroMarche: str | None = None
    numeroBonCommande: str | None = None
    factureTelechargeeParDestinataire: bool | None = None
    recupererTaille: bool | None = None
    periodeDateHeureEtatCourantDu: date | None = None
    periodeDateHeureEtatCourantAu: date | None = None

    def request(self) -> dict[str, Any]:
        """Return what is sent: a last day runs to its last second, an amount is a number with its cents."""
        sent = self.model_dump(exclude_none=True, mode="json")
        for name in (name for name in sent if name.startswith("montant")):
            sent[name] = float(sent[name])  # JSON numbers; the platform's own amounts have two decimals
        if "periodeDateHeureEtatCourantAu" in sent:
            sent["periodeDateHeureEtatCourantAu"] += "T23:59:59"
        return sent
