"""The statuses that an invoice went through, read to the first one."""

from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.dates import day
from dematfin.chorus.paging import every
from dematfin.chorus.wire.base import read
from dematfin.chorus.wire.history import HistoriqueStatus, History
from dematfin.domain.invoice.chorus import Passage

CALL: Final = "factures/v1/consulter/historique"
PASSAGES_A_PAGE: Final = 50


def current_status(client: ChorusClient, door: str, remote_id: str) -> str:
    """Return where an invoice stands now."""
    history = _history(client, door, remote_id, 1)
    latest = max(_passages(history), key=lambda one: one.histoStatutId, default=HistoriqueStatus())
    return history.statutCourantCode or latest.histoStatutCode


def passages(client: ChorusClient, door: str, remote_id: str) -> tuple[Passage, ...]:
    """Return every status of an invoice, oldest first; the platform gives the newest first, page after page."""

    def ask(page: int) -> tuple[list[HistoriqueStatus], Any]:
        history = _history(client, door, remote_id, page)
        pages = history.historiquesDesStatuts.pagesHistoStatut if history.historiquesDesStatuts else 0
        return _passages(history), pages or None

    rows = list(every(ask))[::-1]
    if all(row.histoStatutId for row in rows):
        rows.sort(key=lambda row: row.histoStatutId)
    return tuple(
        Passage(
            status=row.histoStatutCode,
            on=day(row.histoStatutDatePassage),
            motif=row.histoStatutCommentaire,
        )
        for row in rows
    )


def _history(client: ChorusClient, door: str, remote_id: str, page: int) -> History:
    """A history that holds nothing has been seen with lists where objects belong."""
    answer = client.ask(CALL, _request(remote_id, page), door)
    return read(History, {name: value for name, value in answer.items() if value != []})


def _passages(history: History) -> list[HistoriqueStatus]:
    return list((history.historiquesDesStatuts and history.historiquesDesStatuts.histoStatut) or ())


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
