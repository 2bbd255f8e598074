"""What Chorus Pro says of one invoice: its page, and its history."""

from typing import Any, Final

from dematfin.sandbox.chorus.desk import received, unknown
from dematfin.sandbox.chorus.envelope import Body, paged, success
from dematfin.sandbox.chorus.page import invoice_page
from dematfin.sandbox.chorus.state import Invoices, data, minutes
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import TechnicalAccount, World

SHORT: Final = 2
"""Passages of a page when the platform gives short ones."""


class ConsultCalls:
    """Answers the calls about one invoice."""

    def __init__(self, world: World, invoices: Invoices, faults: Faults) -> None:
        self._structures = {structure.id: structure for structure in world.structures}
        self._invoices = invoices
        self._faults = faults

    def consult(self, body: Body, account: TechnicalAccount) -> Reply:
        """`consulter/recipiendaire`."""
        row = received(self._invoices, body.get("identifiantFactureCPP"), account)
        if row is None:
            return unknown()
        return success(facture=invoice_page(row, self._structures[row["structure"]], body))

    def history(self, body: Body, account: TechnicalAccount) -> Reply:
        """`consulter/historique`: newest first."""
        row = received(self._invoices, body.get("idFacture"), account)
        if row is None:
            return unknown()
        invoice, actions = data(row), self._invoices.actions(row["id"])
        last = {"derniereActionId": actions[0]["id"], "derniereActionCode": actions[0]["code"]} if actions else None
        return success(
            "GCU_MSG_01_000",
            idFacture=row["id"],
            numeroFacture=invoice.numero,
            modeDepot=invoice.mode_depot,
            statutCourantCode=row["statut"],
            historiquesDesStatuts=self._passages(row["id"], body),
            historiquesDesEvenementsComplementaires=paged([], "evenement", "Evenement", (None, None)),
            historiquesDesActionsUtilisateurs=_actions(actions, body.get("paramRechercheHistoActionsUtilisateurs")),
            derniereAction=last,
        )

    def _passages(self, key: int, body: Body) -> Body:
        wanted = body.get("paramRechercheHistoStatuts") or {}
        size = wanted.get("nbResultatsParPageListeHistoStatut") or body.get("nbResultatsMaximum")
        if self._faults.take("histo_short_page"):
            size = SHORT
        passages = self._invoices.history(key)
        if wanted.get("triSensListeHistoStatut") == "Ascendant":
            passages.reverse()
        asked = size, wanted.get("pageResultatDemandeeListeHistoStatut")
        return paged([_passage(one) for one in passages], "histoStatut", "HistoStatut", asked)


def _passage(one: Any) -> Body:
    return {
        "histoStatutId": one["id"],
        "histoStatutCode": one["code"],
        "histoStatutDatePassage": minutes(one["le"]),
        "histoStatutCommentaire": one["commentaire"] or None,
    }


def _actions(actions: list[Any], wanted: Body | None) -> Body:
    rows = [
        {
            "histoActionId": one["id"],
            "histoActionCode": one["code"],
            "histoActionDateHeure": minutes(one["le"]),
        }
        for one in actions
    ]
    asked = wanted or {}
    size, number = asked.get("nbResultatsParPageListeHistoAction"), asked.get("pageResultatDemandeeListeHistoAction")
    return paged(rows, "histoAction", "HistoAction", (size, number))
