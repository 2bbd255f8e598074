"""The statuses that an invoice went through, read to the first one."""

from datetime import date
from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.dates import day
from dematfin.chorus.paging import every
from dematfin.chorus.statuts import AT_OUR_DISPOSAL
from dematfin.chorus.wire import Passage, inside, read_all

PASSAGES_A_PAGE: Final = 50


def current_status(client: ChorusClient, remote_id: str) -> str:
    """Return where an invoice stands now."""
    answer = client.ask("factures/v1/consulter/historique", _request(remote_id, 1))
    latest = max(_passages(answer), key=lambda one: one.histoStatutId, default=Passage())
    return str(answer.get("statutCourantCode") or latest.histoStatutCode)


def first_disposal(client: ChorusClient, remote_id: str) -> date | None:
    """Return the first day when an invoice was at our disposal (CCP R. 2192-15), on the last page: the newest
    statuses come first. None when no date can be read."""

    def ask(page: int) -> tuple[list[Passage], Any]:
        answer = client.ask("factures/v1/consulter/historique", _request(remote_id, page))
        return _passages(answer), inside(answer, "historiquesDesStatuts").get("pagesHistoStatut")

    days = [day(one.histoStatutDatePassage) for one in every(ask) if one.histoStatutCode == AT_OUR_DISPOSAL]
    return min((one for one in days if one), default=None)


def _passages(answer: dict[str, Any]) -> list[Passage]:
    return read_all(Passage, inside(answer, "historiquesDesStatuts").get("histoStatut"))


def _request(remote_id: str, page: int) -> dict[str, Any]:
    paging = {
        "pageResultatDemandeeListeHistoStatut": page,
        "nbResultatsParPageListeHistoStatut": PASSAGES_A_PAGE,
    }
    return {
        "idFacture": int(remote_id),
        "nbResultatsMaximum": PASSAGES_A_PAGE,
        "paramRechercheHistoStatuts": paging,
    }
