"""The statuses that an invoice went through, read to the first one."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.dates import day, instant
from dematfin.chorus.paging import every
from dematfin.chorus.wire.base import read
from dematfin.chorus.wire.history import HistoriqueStatus, History
from dematfin.domain.invoice.chorus import AT_OUR_DISPOSAL, COMPLETED, Passage, returns

CALL: Final = "factures/v1/consulter/historique"
PASSAGES_A_PAGE: Final = 50
BACK: Final = frozenset({AT_OUR_DISPOSAL, COMPLETED})
MINUTE: Final = timedelta(minutes=1)


def latest(client: ChorusClient, door: str, remote_id: str) -> History:
    """Return where an invoice stands, and the statuses that it went through last."""
    return read(History, client.ask(CALL, _request(remote_id, 1), door))


def current_status(history: History) -> str:
    """Return where an invoice stands now; the newest status tells when the platform does not say."""
    rows = history.historiquesDesStatuts.histoStatut
    newest = max(rows, key=lambda one: one.histoStatutId, default=HistoriqueStatus())
    return history.statutCourantCode or newest.histoStatutCode


def passages(client: ChorusClient, door: str, remote_id: str) -> tuple[Passage, ...]:
    """Return every status of an invoice, oldest first; the platform gives the newest first, page after page."""

    def ask(page: int) -> tuple[list[HistoriqueStatus], Any]:
        listed = read(History, client.ask(CALL, _request(remote_id, page), door)).historiquesDesStatuts
        return list(listed.histoStatut), listed.pagesHistoStatut

    return tuple(
        Passage(
            status=row.histoStatutCode,
            on=day(row.histoStatutDatePassage),
            motif=row.histoStatutCommentaire,
        )
        for row in _oldest_first(every(ask))
    )


def set_then_left(history: History, wanted: str, since: datetime) -> bool:
    """Say whether an invoice took a status since an instant, and the supplier has sent it back to us since.

    The history counts in minutes: within one minute nothing can be told apart.
    """
    taken = False
    for row in _oldest_first(history.historiquesDesStatuts.histoStatut):
        at = instant(row.histoStatutDatePassage)
        if at is None:
            continue
        taken = taken or (row.histoStatutCode == wanted and at > since - MINUTE)
        if taken and row.histoStatutCode in BACK and at > since:
            return True
    return False


def first_set_since(history: History, wanted: str, since: datetime) -> bool:
    """Say whether an invoice had a status for the first time after an instant; in doubt it had it before."""
    rows = history.historiquesDesStatuts.histoStatut
    instants = [instant(row.histoStatutDatePassage) for row in rows if row.histoStatutCode == wanted]
    return bool(instants) and all(at is not None and at > since - MINUTE for at in instants)


def returned_since(history: History, since: datetime) -> bool:
    """Say whether the supplier has sent an invoice back to us since an instant, completed or recycled."""
    rows = _oldest_first(history.historiquesDesStatuts.histoStatut)
    earlier = [row for row in rows if (instant(row.histoStatutDatePassage) or since) <= since]
    return returns(_road(rows)) > returns(_road(earlier))


def _road(rows: Iterable[HistoriqueStatus]) -> list[Passage]:
    return [Passage(status=row.histoStatutCode, on=None) for row in rows]


def _oldest_first(rows: Iterable[HistoriqueStatus]) -> list[HistoriqueStatus]:
    """Trust the platform's numbers when each status has one, else its order."""
    listed = list(rows)[::-1]
    return sorted(listed, key=lambda row: row.histoStatutId) if all(row.histoStatutId for row in listed) else listed


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
