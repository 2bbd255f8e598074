"""Works pieces: their search, and one line of what it finds; several fields have names of their own."""
# ruff: noqa: N815 - the attributes keep the platform's spelling

from datetime import date
from decimal import Decimal

from dematfin.chorus.wire.base import Amount, Day, Number, Text, Wire, Yes
from dematfin.chorus.wire.requests import Criteria


class WorksSearch(Criteria):
    """Criteria of `facturesTravaux/rechercher`; a maître d'ouvrage asks as `MOA`, its maître d'œuvre as `MOE`."""

    roleUtilisateur: str = "MOA"
    idDestinataire: int | None = None
    idServiceExecutant: int | None = None
    idStructureFournisseur: int | None = None
    idServiceFournisseur: int | None = None
    idStructureMoe: int | None = None
    idServiceMoe: int | None = None
    idStructureMoa: int | None = None
    idServiceMoa: int | None = None
    listeTypeFactureTravaux: tuple[str, ...] | None = None
    listeStatutCourant: tuple[str, ...] | None = None
    cadreFacturation: str | None = None
    periodeDateDepotDu: date | None = None
    periodeDateDepotAu: date | None = None
    periodeDateFactureTravauxDu: date | None = None
    periodeDateFactureTravauxAu: date | None = None
    periodeDateHeureEtatCourantDu: date | None = None
    periodeDateHeureEtatCourantAu: date | None = None
    montantHTMin: Decimal | None = None
    montantHTMax: Decimal | None = None
    montantTTCMin: Decimal | None = None
    montantTTCMax: Decimal | None = None
    numeroFactureTravaux: str | None = None
    numeroMarche: str | None = None
    numeroBonCommande: str | None = None
    modeDepot: str | None = None
    numeroFluxDepot: str | None = None
    uniquementSansPieceSuivante: bool | None = None
    avecSansService: str | None = None
    flagTelecharge: bool | None = None


class WorksRow(Wire):
    """One line of `facturesTravaux/rechercher`."""

    idFactureTravaux: Text = ""
    numeroFactureTravaux: Text = ""
    dateFactureTravaux: Day = None
    statutFactureTravaux: Text = ""
    typeFactureTravaux: Text = ""
    cadreFacturation: Text = ""
    typeIdentifiantFournisseur: Text = ""
    identifiantFournisseur: Text = ""
    designationFournisseur: Text = ""
    idDestinataire: Number = 0
    identifiantDestinataire: Text = ""
    designationDestinataire: Text = ""
    idServiceExecutant: Number = 0
    identifiantServiceExecutant: Text = ""
    nomServiceExecutant: Text = ""
    numeroMarche: Text = ""
    numeroBonCommande: Text = ""
    devise: Text = ""
    montantHT: Amount = None
    montantTTC: Amount = None
    montantAPayer: Amount = None
    dateDepot: Day = None
    dateHeureEtatCourant: Text = ""
    commentaireEtatCourant: Text = ""
    factureTelechargeeParDestinataire: Yes = False
