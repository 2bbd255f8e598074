"""What our structures demand of their suppliers, as they set it in Chorus Pro."""

from collections.abc import Iterator
from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.paging import every
from dematfin.chorus.wire.base import inside, read, read_all
from dematfin.chorus.wire.structures import (
    ActiveStructure,
    FoundStructure,
    Service,
    ServiceDetails,
    StructureDetails,
)
from dematfin.domain.registers import ServiceRule, StructureRules

SERVICES_A_PAGE: Final = 1000


def structures(client: ChorusClient, door: str) -> Iterator[StructureRules]:
    """Yield the rules of each structure of an account."""
    answer = client.ask("transverses/v1/recuperer/structures/actives/destinataire", {}, door)
    for structure in read_all(ActiveStructure, answer.get("listeStructures")):
        yield _rules(client, door, structure)


def find(client: ChorusClient, door: str, siret: str) -> Iterator[FoundStructure]:
    """Yield the structures of a SIRET, suppliers included: `restreindreStructuresPrivees` hides them by default."""

    def ask(page: int) -> tuple[list[FoundStructure], Any]:
        request = {
            "restreindreStructuresPrivees": False,
            "structure": {"typeIdentifiantStructure": "SIRET", "identifiantStructure": siret},
            "parametres": {"pageResultatDemandee": page, "nbResultatsParPage": SERVICES_A_PAGE},
        }
        answer = client.ask("structures/v1/rechercher", request, door)
        return read_all(FoundStructure, answer.get("listeStructures")), inside(answer, "parametresRetour").get("pages")

    return every(ask)


def _rules(client: ChorusClient, door: str, structure: ActiveStructure) -> StructureRules:
    """Either of the two obligations is tried first: it replaces the other flags."""
    asked = {"idStructureCPP": structure.idStructureCPP, "codeLangue": "fr"}
    details = read(StructureDetails, client.ask("structures/v1/consulter", asked, door))
    obligations = details.parametres
    either = obligations.gestionNumeroEJOuCodeService
    return StructureRules(
        id=structure.identifiant,
        name=structure.designationStructure,
        service_required=obligations.codeServiceDoitEtreRenseigne and not either,
        engagement_required=obligations.numeroEJDoitEtreRenseigne and not either,
        either_required=either,
        services={
            service.codeService: _service_rule(client, door, structure.idStructureCPP, service)
            for service in _services(client, door, structure.idStructureCPP)
        },
        payments_untold=obligations.statutMiseEnPaiementNestPasRemonte,
        password_expires_on=details.informationGenerales.dateExpirationMotPasseCompteTech,
    )


def _services(client: ChorusClient, door: str, structure: int) -> Iterator[Service]:
    def ask(page: int) -> tuple[list[Service], Any]:
        paging = {"pageResultatDemandee": page, "nbResultatsParPage": SERVICES_A_PAGE}
        request = {"idStructure": structure, "parametresRechercherServicesStructure": paging}
        answer = client.ask("structures/v1/rechercher/services", request, door)
        return read_all(Service, answer.get("listeServices")), inside(answer, "parametresRetour").get("pages")

    return every(ask)


def _service_rule(client: ChorusClient, door: str, structure: int, service: Service) -> ServiceRule:
    """A service may demand the engagement number when its structure does not."""
    request = {"idStructure": structure, "idService": service.idService, "codeLangue": "fr"}
    answer = client.ask("structures/v1/consulter/service", request, door) if service.estActif else {}
    required = read(ServiceDetails, answer).parametres.numeroEngagement
    return ServiceRule(name=service.libelleService, active=service.estActif, engagement_required=required)
