"""Chorus Pro as the pipeline sees it: a source of invoices, and the place where suppliers are told."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, Final

from dematfin.chorus.client import ChorusClient, FunctionalError
from dematfin.chorus.dates import day
from dematfin.chorus.pivot import decoded, read_one
from dematfin.chorus.settings import ChorusSettings
from dematfin.chorus.statuts import AT_OUR_DISPOSAL, CALLS, CLOSED, FIRST_SEEN_MANDATED, READY, reached
from dematfin.chorus.wire import Obligations, Passage, Row, Service, Structure, read, read_all
from dematfin.domain.intention import Intention, SupplierStatus
from dematfin.domain.registers import ServiceRule, StructureRules
from dematfin.errors import Refused, UnknownOutcome
from dematfin.ports.invoice_source import Raw, Reading, RemoteRef

KINDS: Final = ("FACTURE", "FACTURE_TRAVAUX")
"""Both must be asked for to get everything."""
SERVICES_A_PAGE: Final = 1000
LONGEST_MOTIF: Final = 255
LONGEST_HISTORY: Final = 200


class ChorusPro:
    """Implements InvoiceSource and SupplierNotice."""

    def __init__(self, settings: ChorusSettings, secret: Callable[[str], str]) -> None:
        """Prepare the client; `secret` turns a reference of the configuration into the secret."""
        self._client = ChorusClient(settings, secret)
        self._page_size = settings.factures_par_page
        self._writes = settings.ecriture

    def check(self) -> None:
        """Try the link and both credentials, or raise what is wrong with them."""
        self._client.ask("transverses/v1/recuperer/tauxtva", {})

    def structures(self) -> tuple[StructureRules, ...]:
        """Return what our structures demand of suppliers."""
        answer = self._client.ask("transverses/v1/recuperer/structures/actives/destinataire", {})
        return tuple(self._rules(structure) for structure in read_all(Structure, answer.get("listeStructures")))

    def changed(self, since: date, until: date) -> Iterator[RemoteRef]:
        """List invoices by the date of their status: a suspended one that comes back keeps its deposit date."""
        for kind in KINDS:
            window = {
                "typeDemandePaiement": kind,
                "periodeDateHeureEtatCourantDu": since.isoformat(),
                "periodeDateHeureEtatCourantAu": f"{until.isoformat()}T23:59:59",
            }
            for row in self._pages(window):
                yield RemoteRef(
                    remote_id=row.idFacture,
                    number=row.numeroFacture,
                    status=row.statut,
                    status_at=row.dateHeureEtatCourant,
                    ready=row.statut in READY,
                    elsewhere=row.statut in FIRST_SEEN_MANDATED,
                )

    def fetch(self, remote_id: str) -> Raw:
        """Download one invoice with its files: one a call, so that a bad one stops no other."""
        passages = self._history(remote_id)
        request = {"format": "PIVOT", "listeFacture": [{"idFacture": int(remote_id)}]}
        answer = self._client.ask("factures/v1/telecharger/groupe", request, download=True)
        disposed = [day(one.histoStatutDatePassage) for one in passages if one.histoStatutCode == AT_OUR_DISPOSAL]
        return Raw(
            remote_id=remote_id,
            data=decoded(answer.get("fichierResultat")),
            notified_on=min((one for one in disposed if one), default=None),
        )

    def read(self, remote_id: str, data: bytes) -> Reading:
        """Read a downloaded pivot."""
        return read_one(data, remote_id)

    def publish(self, intention: Intention) -> str:
        """Bring an invoice to a status, once."""
        current = self._status(intention.remote_id)
        if reached(current, intention.status):
            return current
        if current in CLOSED:
            raise _impossible(intention, current)
        if not self._writes:
            message = "L'écriture dans Chorus Pro est désactivée (ecriture = false) : rien n'a été changé."
            raise Refused(message)
        try:
            self._client.tell("factures/v1/traiter/recue", _request(intention))
        except (FunctionalError, UnknownOutcome) as error:
            return self._after_doubt(intention, error)
        return intention.status

    def _after_doubt(self, intention: Intention, error: FunctionalError | UnknownOutcome) -> str:
        """The status may have been set all the same: the history tells."""
        current = self._status(intention.remote_id)
        if reached(current, intention.status):
            return current
        if isinstance(error, UnknownOutcome):
            raise error
        raise _impossible(intention, current, str(error)) from error

    def _status(self, remote_id: str) -> str:
        answer = self._client.ask("factures/v1/consulter/historique", _history_request(remote_id))
        passages = read_all(Passage, (answer.get("historiquesDesStatuts") or {}).get("histoStatut"))
        latest = max(passages, key=lambda one: one.histoStatutId, default=Passage())
        return str(answer.get("statutCourantCode") or latest.histoStatutCode)

    def _history(self, remote_id: str) -> list[Passage]:
        answer = self._client.ask("factures/v1/consulter/historique", _history_request(remote_id))
        return read_all(Passage, (answer.get("historiquesDesStatuts") or {}).get("histoStatut"))

    def _pages(self, window: dict[str, Any]) -> Iterator[Row]:
        page = 1
        while True:
            paging = {
                "pageResultatDemandee": page,
                "nbResultatsParPage": self._page_size,
                "triColonne": "DateDepot",
                "triSens": "Ascendant",
            }
            answer = self._client.ask("factures/v1/rechercher/recipiendaire", {**window, "paramRecherche": paging})
            rows = [row for row in read_all(Row, answer.get("listeFactures")) if row.idFacture]
            yield from rows
            if not _more(answer, page, len(rows), self._page_size):
                return
            page += 1

    def _rules(self, structure: Structure) -> StructureRules:
        asked = {"idStructureCPP": structure.idStructureCPP, "codeLangue": "fr"}
        details = self._client.ask("structures/v1/consulter", asked)
        obligations = read(Obligations, details.get("parametres"))
        either = obligations.gestionNumeroEJOuCodeService
        return StructureRules(
            id=structure.identifiant,
            name=structure.designationStructure,
            service_required=obligations.codeServiceDoitEtreRenseigne and not either,
            engagement_required=obligations.numeroEJDoitEtreRenseigne and not either,
            either_required=either,
            services={
                service.codeService: self._service_rule(structure.idStructureCPP, service)
                for service in self._services(structure.idStructureCPP)
            },
        )

    def _services(self, structure: int) -> Iterator[Service]:
        page = 1
        while True:
            paging = {"pageResultatDemandee": page, "nbResultatsParPage": SERVICES_A_PAGE}
            request = {"idStructure": structure, "parametresRechercherServicesStructure": paging}
            answer = self._client.ask("structures/v1/rechercher/services", request)
            services = read_all(Service, answer.get("listeServices"))
            yield from services
            if not _more(answer.get("parametresRetour") or {}, page, len(services), SERVICES_A_PAGE):
                return
            page += 1

    def _service_rule(self, structure: int, service: Service) -> ServiceRule:
        """A service may demand the engagement number when its structure does not."""
        request = {"idStructure": structure, "idService": service.idService, "codeLangue": "fr"}
        details = self._client.ask("structures/v1/consulter/service", request) if service.estActif else {}
        required = (details.get("parametres") or {}).get("numeroEngagement") is True
        return ServiceRule(name=service.libelleService, active=service.estActif, engagement_required=required)


def _more(answer: dict[str, Any], page: int, rows: int, page_size: int) -> bool:
    """Say whether another page follows; the count of pages is sometimes absent or null."""
    pages = answer.get("pages")
    return page < int(pages) if pages is not None else rows >= page_size


def _history_request(remote_id: str) -> dict[str, Any]:
    return {"idFacture": int(remote_id), "nbResultatsMaximum": LONGEST_HISTORY}


def _request(intention: Intention) -> dict[str, Any]:
    request: dict[str, Any] = {"idFacture": int(intention.remote_id), "nouveauStatut": str(intention.status)}
    if intention.motif:
        request["motif"] = intention.motif[:LONGEST_MOTIF]
    if intention.status is SupplierStatus.MANDATEE:
        request["numeroDPMandat"] = intention.mandat
    return request


def _impossible(intention: Intention, current: str, reason: str = "") -> Refused:
    wanted = CALLS.get(intention.status, intention.status)
    return Refused(
        f"Facture {intention.invoice_id} : Chorus Pro la montre au statut {current or 'inconnu'}, elle ne peut pas "
        f"devenir « {wanted} ». Vérifiez dans Chorus Pro qui l'a changée. {reason}".strip()
    )
