"""The supplier's side, to play what recipients wait for: an invoice completed, an invoice recycled."""

from typing import Final

from dematfin.sandbox.chorus.envelope import INCOHERENT, UNKNOWN, Body, failure, success
from dematfin.sandbox.chorus.state import Invoices, data
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import TechnicalAccount, World

ROAD: Final = ("DEPOSEE", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION")


class SupplierCalls:
    """Answers `completer` and `recycler`; any account may play a supplier here."""

    def __init__(self, world: World, invoices: Invoices) -> None:
        self._structures = {structure.siret: structure.id for structure in world.structures}
        self._invoices = invoices

    def complete(self, body: Body, _: TechnicalAccount) -> Reply:
        """`completer`: a suspended invoice comes back."""
        key = int(body.get("identifiantFactureCPP") or 0)
        if (refusal := self._refusal(key, "SUSPENDUE")) is not None:
            return refusal
        self._invoices.set_status(key, "COMPLETEE", str(body.get("commentaire") or ""), "")
        return success("GCU_MSG_01_000", identifiantFactureCPP=key)

    def recycle(self, body: Body, _: TechnicalAccount) -> Reply:
        """`recycler`: the same invoice, for another service, structure or engagement."""
        key = int(body.get("identifiantFactureCPP") or 0)
        if (refusal := self._refusal(key, "A_RECYCLER")) is not None:
            return refusal
        recipient, reference = body.get("destinataire") or {}, body.get("reference") or {}
        changes = {
            "structure": self._structures.get(str(recipient.get("codeDestinataire"))),
            "service": recipient.get("codeServiceExecutant"),
            "engagement": reference.get("numeroBonCommande"),
            "marche": reference.get("numeroMarche"),
        }
        self._invoices.change(key, {name: value for name, value in changes.items() if value is not None})
        for status in ROAD:
            self._invoices.set_status(key, status, "", "")
        return success("GCU_MSG_01_000", identifiantFactureCPP=key, statutFacture="DEPOSEE")

    def _refusal(self, key: int, needed: str) -> Reply | None:
        row = self._invoices.get(key)
        if row is None:
            return failure(UNKNOWN, "La demande de paiement est inconnue du système.")
        if row["statut"] != needed:
            return failure(INCOHERENT, f"La facture {data(row).numero} n'est pas au statut attendu.")
        return None
