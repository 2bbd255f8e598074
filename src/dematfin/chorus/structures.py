"""What our structures demand of their suppliers, as they set it in Chorus Pro."""

from collections.abc import Iterator
from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.paging import every
from dematfin.chorus.wire import Obligations, Service, ServiceObligations, Structure, inside, read, read_all
from dematfin.domain.registers import ServiceRule, StructureRules

SERVICES_A_PAGE: Final = 1000


def structures(client: ChorusClient) -> Iterator[StructureRules]:
    """Yield the rules of each structure of the account."""
    answer = client.ask("transverses/v1/recuperer/structures/actives/destinataire", {})
    for structure in read_all(Structure, answer.get("listeStructures")):
        yield _rules(client, structure)


def _rules(client: ChorusClient, structure: Structure) -> StructureRules:
    """Either of the two obligations is tried first: it replaces the other flags."""
    asked = {"idStructureCPP": structure.idStructureCPP, "codeLangue": "fr"}
    obligations = read(Obligations, inside(client.ask("structures/v1/consulter", asked), "parametres"))
    either = obligations.gestionNumeroEJOuCodeService
    return StructureRules(
        id=structure.identifiant,
        name=structure.designationStructure,
        service_required=obligations.codeServiceDoitEtreRenseigne and not either,
        engagement_required=obligations.numeroEJDoitEtreRenseigne and not either,
        either_required=either,
        services={
            service.codeService: _service_rule(client, structure.idStructureCPP, service)
            for service in _services(client, structure.idStructureCPP)
        },
    )


def _services(client: ChorusClient, structure: int) -> Iterator[Service]:
    def ask(page: int) -> tuple[list[Service], Any]:
        paging = {"pageResultatDemandee": page, "nbResultatsParPage": SERVICES_A_PAGE}
        request = {"idStructure": structure, "parametresRechercherServicesStructure": paging}
        answer = client.ask("structures/v1/rechercher/services", request)
        return read_all(Service, answer.get("listeServices")), inside(answer, "parametresRetour").get("pages")

    return every(ask)


def _service_rule(client: ChorusClient, structure: int, service: Service) -> ServiceRule:
    """A service may demand the engagement number when its structure does not."""
    request = {"idStructure": structure, "idService": service.idService, "codeLangue": "fr"}
    details = client.ask("structures/v1/consulter/service", request) if service.estActif else {}
    required = read(ServiceObligations, inside(details, "parametres")).numeroEngagement
    return ServiceRule(name=service.libelleService, active=service.estActif, engagement_required=required)
