"""The whole of one invoice as Chorus Pro knows it, its lines, rates and attachments in one page."""

from typing import Any, Final

from dematfin.chorus.client import ChorusClient
from dematfin.chorus.wire.base import inside, read
from dematfin.chorus.wire.details import Details

CALL: Final = "factures/v1/consulter/recipiendaire"
A_PAGE: Final = 1000
"""More than an invoice has; the default pages are small, and cut without a word."""


def details(client: ChorusClient, door: str, remote_id: str) -> Details:
    """Return one invoice, its files excepted."""
    answer = client.ask(CALL, _request(remote_id), door)
    return read(Details, inside(answer, "facture"))


def _request(remote_id: str) -> dict[str, Any]:
    """Mind the names: `identifiantFactureCPP`, a small l in `rechercheligneTvaRecap`, a doubled `ListeListe`."""
    return {
        "identifiantFactureCPP": int(remote_id),
        "codeLangue": "fr",
        "rechercheLignePoste": {
            "pageResultatDemandeeLignesPoste": 1,
            "nbResultatsParPageLignesPoste": A_PAGE,
        },
        "recherchePj": {
            "pageResultatDemandeeListePieceJointe": 1,
            "nbResultatsParPageListePieceJointe": A_PAGE,
        },
        "rechercheligneTvaRecap": {
            "pageResultatDemandeeListeRecapitulatifTVA": 1,
            "nbResultatsParPageListeListeRecapitulatifTVA": A_PAGE,
        },
    }
