"""The `structures` and `transverses` APIs, as far as a recipient needs them."""

from typing import Final

from dematfin.sandbox.chorus.envelope import UNKNOWN, Body, failure, nothing_found, page_of, success
from dematfin.sandbox.chorus.state import Invoices
from dematfin.sandbox.chorus.statuses import TRANSITIONS
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import Service, Structure, TechnicalAccount, World

ALWAYS: Final = "2050-12-31 00:00"


class StructureCalls:
    """Answers the calls about structures and services."""

    def __init__(self, world: World, invoices: Invoices) -> None:
        self._structures = {structure.id: structure for structure in world.structures}
        self._old_list = world.ancienne_liste_etats
        self._invoices = invoices

    def mine(self, _: Body, account: TechnicalAccount) -> Reply:
        """`recuperer/structures/actives/destinataire`."""
        listed = [
            {"idStructureCPP": one.id, "identifiant": one.siret, "designationStructure": one.nom}
            for one in self._structures.values()
            if one.id in account.structures
        ]
        return success(listeStructures=listed)

    def search(self, body: Body, _: TechnicalAccount) -> Reply:
        """`structures/rechercher`: a supplier is found only when the search is not kept to public bodies."""
        wanted = (body.get("structure") or {}).get("identifiantStructure")
        known = [(one.id, one.siret, one.nom) for one in self._structures.values()]
        if body.get("restreindreStructuresPrivees") in (False, "false", ""):
            known += [(one["fournisseur"], one["siret"], one["nom"]) for one in self._invoices.suppliers()]
        found = [one for one in known if wanted in (None, one[1])]
        if not found:
            return nothing_found()
        shown, page = page_of(found, body.get("parametres") or {})
        listed = [
            {
                "idStructureCPP": key,
                "typeIdentifiantStructure": "SIRET",
                "identifiantStructure": siret,
                "designationStructure": name,
                "statut": "ACTIVE",
            }
            for key, siret, name in shown
        ]
        return success(listeStructures=listed, parametresRetour=page)

    def consult(self, body: Body, _: TechnicalAccount) -> Reply:
        """`structures/consulter`."""
        structure = self._structures.get(body.get("idStructureCPP") or 0)
        if structure is None:
            return failure(UNKNOWN, "La structure est inconnue.")
        ends = structure.mot_de_passe_expire_le
        return success(
            informationGenerales={
                "idStructureCPP": structure.id,
                "typeIdentifiantStructure": "SIRET",
                "identifiantStructure": structure.siret,
                "raisonSocialeStructure": structure.nom,
                "dateExpirationMotPasseCompteTech": ends.isoformat() if ends else None,
            },
            parametres={
                "codeServiceDoitEtreRenseigne": structure.code_service_obligatoire,
                "numeroEJDoitEtreRenseigne": structure.engagement_obligatoire,
                "gestionNumeroEJOuCodeService": structure.service_ou_engagement,
                "statutMiseEnPaiementNestPasRemonte": structure.paiement_non_remonte,
            },
        )

    def services(self, body: Body, _: TechnicalAccount) -> Reply:
        """`structures/rechercher/services`."""
        structure = self._structures.get(body.get("idStructure") or 0)
        if structure is None or not structure.services:
            return nothing_found()
        shown, page = page_of(structure.services, body.get("parametresRechercherServicesStructure") or {})
        listed = [
            {
                "idService": one.id,
                "codeService": one.code,
                "libelleService": one.nom,
                "dateDbtService": "2017-01-03 08:30",
                "dateFinService": ALWAYS,
                "estActif": one.actif,
            }
            for one in shown
        ]
        return success(listeServices=listed, parametresRetour=page)

    def service(self, body: Body, _: TechnicalAccount) -> Reply:
        """`structures/consulter/service`."""
        found = self._service(body.get("idStructure") or 0, body.get("idService") or 0)
        if found is None:
            return failure(UNKNOWN, "Le service est inconnu.")
        return success(
            informationsGenerales={"codeService": found.code, "nomService": found.nom},
            parametres={"numeroEngagement": found.engagement_obligatoire, "miseEnPaiement": False},
        )

    def next_statuses(self, body: Body, _: TechnicalAccount) -> Reply:
        """`recuperer/etats/traitement`."""
        possible = TRANSITIONS.get(str(body.get("statutCourant")), ())
        listed = [
            {"statutPossiblePourTraitement": one} for one in possible if not (self._old_list and one == "SERVICE_FAIT")
        ]
        return success(listeStatutsPossiblesPourTraitement=listed)

    def vat_rates(self, _: Body, __: TechnicalAccount) -> Reply:
        """`recuperer/tauxtva`, which serves as a connectivity test."""
        return success(listeTauxTva=[{"codeTauxTva": "TVA1", "libelleTauxTva": "20%", "valeurTauxTva": 20}])

    def _service(self, structure: int, service: int) -> Service | None:
        found: Structure | None = self._structures.get(structure)
        return next((one for one in found.services if one.id == service), None) if found else None
