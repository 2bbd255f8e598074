"""The lists of invoices: those of a recipient, those that wait for him, those of works."""

from typing import Any, Final

from dematfin.sandbox.chorus.criteria import Condition, Paging, Search, condition
from dematfin.sandbox.chorus.envelope import EMPTY_WORKS, Body, failure, nothing_found, success, window
from dematfin.sandbox.chorus.rows import as_text, line, works_line
from dematfin.sandbox.chorus.state import Invoices
from dematfin.sandbox.chorus.statuses import FUTURE, TO_PROCESS
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import TechnicalAccount, World

WORKS_CRITERIA: Final = {
    "rechercheFactureTravaux": "paramRecherche",
    "numeroFactureTravaux": "numeroFacture",
    "listeStatutCourant": "statutCourant",
    "flagTelecharge": "factureTelechargeeParDestinataire",
    "periodeDateFactureTravauxDu": "periodeDateFactureDu",
    "periodeDateFactureTravauxAu": "periodeDateFactureAu",
}


class SearchCalls:
    """Answers the searches."""

    def __init__(self, world: World, invoices: Invoices, faults: Faults) -> None:
        self._structures = {structure.id: structure for structure in world.structures}
        self._services = {one.id: (owner.id, one.code) for owner in world.structures for one in owner.services}
        self._invoices = invoices
        self._faults = faults

    def received(self, body: Body, account: TechnicalAccount) -> Reply:
        """`factures/rechercher/recipiendaire`."""
        search = Search.model_validate(_given(body))
        rows, page = self._page(self._condition(search, account), search.param_recherche)
        if rows is None:
            return nothing_found()
        lines = [line(row, self._structures[row["structure"]], weighed=search.recuperer_taille) for row in rows]
        return success(listeFactures=self._odd(lines), **self._paging(page))

    def to_process(self, body: Body, account: TechnicalAccount) -> Reply:
        """`factures/rechercher/atraiter/recipiendaire`: paging is nested here."""
        wanted = body.get("parametreRechercheFactureATraiterParRecipiendaire")
        criteria = {"idDestinataire": body.get("idStructure"), "paramRecherche": wanted, "statutCourant": TO_PROCESS}
        search = Search.model_validate(_given(criteria)).model_copy(update={"type_demande_paiement": None})
        rows, page = self._page(self._condition(search, account), search.param_recherche)
        if rows is None:
            return nothing_found()
        lines = [line(row, self._structures[row["structure"]]) for row in rows]
        return success(listeFactures=self._odd(lines), parametresRetour=self._paging(page))

    def works(self, body: Body, account: TechnicalAccount) -> Reply:
        """`facturesTravaux/rechercher`: nested paging, other names, another number for an empty list."""
        criteria = {WORKS_CRITERIA.get(name, name): value for name, value in _given(body).items()}
        search = Search.model_validate(criteria | {"typeDemandePaiement": "FACTURE_TRAVAUX"})
        rows, page = self._page(self._condition(search, account), search.param_recherche)
        if rows is None:
            return failure(EMPTY_WORKS, "GFT_MSG_01.075")
        lines = [works_line(row, self._structures[row["structure"]]) for row in rows]
        return success(listeFacturesTravaux=self._odd(lines), parametresRetour=self._paging(page))

    def _condition(self, search: Search, account: TechnicalAccount) -> Condition:
        return condition(search, account.structures, self._services)

    def _page(self, asked: Condition, paging: Paging) -> tuple[list[Any] | None, Body]:
        start, page = window(self._invoices.count(*asked), paging.nb_resultats_par_page, paging.page_resultat_demandee)
        if not page["total"]:
            return None, page
        size = page["nbResultatsParPage"]
        if start and self._faults.take("duplicate_pages"):
            return self._invoices.find(*asked, paging.order, (start - size, 2 * size)), page
        return self._invoices.find(*asked, paging.order, (start, size)), page

    def _paging(self, page: Body) -> Body:
        return dict.fromkeys(page) if self._faults.take("pagination_null") else page

    def _odd(self, lines: list[Body]) -> list[Body]:
        if self._faults.take("unknown_status"):
            lines = [{**one, _status(one): FUTURE} for one in lines]
        if self._faults.take("ids_as_text"):
            lines = [as_text(one) for one in lines]
        if self._faults.take("keys_omitted"):
            lines = [{name: value for name, value in one.items() if value not in (None, "")} for one in lines]
        return lines


def _status(shown: Body) -> str:
    return "statut" if "statut" in shown else "statutFactureTravaux"


def _given(body: Body) -> Body:
    """Absent and null mean the same."""
    return {name: value for name, value in body.items() if value is not None}
