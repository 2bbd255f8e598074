"""The criteria of the searches of invoices."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from datetime import date
from decimal import Decimal
from typing import Any

from dematfin.chorus.wire.base import Wire


class SupplierCriterion(Wire):
    """One supplier, by the platform's own id."""

    idFournisseur: int
    listeIdService: tuple[int, ...] | None = None


class Criteria(Wire):
    """What a search asks for; what is None is not sent."""

    def request(self) -> dict[str, Any]:
        """Return what is sent: a last day runs to its last second, an amount is a number with its cents."""
        sent = self.model_dump(exclude_none=True, mode="json")
        for name in sent:
            if name.startswith("montant"):
                sent[name] = float(sent[name])  # a JSON number; with two decimals it comes out as it was
            elif name.startswith("periode") and name.endswith("Au"):
                sent[name] += "T23:59:59"
        return sent


class Search(Criteria):
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
