"""Lists of invoices, read to their last page: those that changed, those to process, works pieces."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.paging import every
from dematfin.chorus.wire.base import inside, read_all
from dematfin.chorus.wire.requests import Search
from dematfin.chorus.wire.rows import Row
from dematfin.chorus.wire.works import WorksRow, WorksSearch

KINDS: Final = ("FACTURE", "FACTURE_TRAVAUX")
"""Both must be asked for to get everything."""


def search(client: ChorusClient, door: str, wanted: Search, page_size: int) -> Iterator[Row]:
    """Yield the invoices that match every criterion."""

    def ask(page: int) -> tuple[list[Row], Any]:
        request = {**wanted.request(), "paramRecherche": _sorted_page(page, page_size)}
        answer = client.ask("factures/v1/rechercher/recipiendaire", request, door)
        return read_all(Row, answer.get("listeFactures")), answer.get("pages")

    return every(ask)


def changed(client: ChorusClient, door: str, since: date, until: date, page_size: int) -> Iterator[Row]:
    """Yield invoices by the date of their status: a suspended one that comes back keeps its deposit date."""
    for kind in KINDS:
        window = Search(
            typeDemandePaiement=kind, periodeDateHeureEtatCourantDu=since, periodeDateHeureEtatCourantAu=until
        )
        yield from search(client, door, window, page_size)


def to_process(client: ChorusClient, door: str, page_size: int) -> Iterator[Row]:
    """Yield what the platform shows as ours to process; its paging is nested, and has been seen flat."""

    def ask(page: int) -> tuple[list[Row], Any]:
        request = {"parametreRechercheFactureATraiterParRecipiendaire": _sorted_page(page, page_size)}
        answer = client.ask("factures/v1/rechercher/atraiter/recipiendaire", request, door)
        pages = inside(answer, "parametresRetour").get("pages") or answer.get("pages")
        return read_all(Row, answer.get("listeFactures")), pages

    return every(ask)


def works(client: ChorusClient, door: str, wanted: WorksSearch, page_size: int) -> Iterator[WorksRow]:
    """Yield works pieces, for reading only: they are seen by those who have a part in the works."""

    def ask(page: int) -> tuple[list[WorksRow], Any]:
        paging = {"pageResultatDemandee": page, "nbResultatsParPage": page_size}
        request = {**wanted.request(), "rechercheFactureTravaux": paging}
        answer = client.ask("facturesTravaux/v1/rechercher", request, door)
        return read_all(WorksRow, answer.get("listeFacturesTravaux")), inside(answer, "parametresRetour").get("pages")

    return every(ask)


def _sorted_page(page: int, size: int) -> dict[str, Any]:
    return {
        "pageResultatDemandee": page,
        "nbResultatsParPage": size,
        "triColonne": "DateDepot",
        "triSens": "Ascendant",
    }
