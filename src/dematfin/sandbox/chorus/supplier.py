"""What others do with an invoice: the supplier who completes or sends it anew, Hélios, somebody on the portal."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dematfin.sandbox.chorus.desk import deposited, unknown
from dematfin.sandbox.chorus.envelope import INCOHERENT, WRONG_STATUS, Body, failure, success, window
from dematfin.sandbox.chorus.state import PARIS, Invoices, data
from dematfin.sandbox.chorus.statuses import ARRIVAL
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply
from dematfin.sandbox.world import File, Structure, TechnicalAccount, World

UNKNOWN_FILE: Final = 20003
UNKNOWN_RECIPIENT: Final = 20004


class Incoherent(ValueError):
    """The invoice stands where this may not be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a supplier changes when he sends an invoice anew; None leaves as it is, an empty text takes away."""

    siret: str | None = None
    service: str | None = None
    engagement: str | None = None
    marche: str | None = None


class Others:
    """Does what others than the recipient do."""

    def __init__(self, world: World, invoices: Invoices, journal: Journal) -> None:
        self._structures = {structure.siret: structure for structure in world.structures}
        self._invoices = invoices
        self._journal = journal

    def complete(self, key: int, files: tuple[File, ...] = (), comment: str = "") -> None:
        """Complete a suspended invoice; raises Incoherent, or KeyError when nobody deposited it."""
        with self._invoices.change():
            row = self._standing(key, "SUSPENDUE")
            invoice = data(row)
            completed = invoice.model_copy(update={"fichiers": invoice.fichiers + files})
            self._invoices.replace(completed, "Complétée")
            self._invoices.set_status(key, "COMPLETEE", comment, "")
        self._journal.note("completee", idFacture=key, fichiers=[file.nom for file in files])

    def recycle(self, key: int, route: Route, comment: str = "") -> None:
        """Send an invoice anew; raises Incoherent, or KeyError when nobody knows it or its new recipient."""
        with self._invoices.change():
            invoice = data(self._standing(key, "A_RECYCLER"))
            structure = invoice.structure if route.siret is None else self._structures[route.siret].id
            wanted = {"service": route.service, "engagement": route.engagement, "marche": route.marche}
            changes = {name: value for name, value in wanted.items() if value is not None}
            self._invoices.replace(invoice.model_copy(update={"structure": structure, **changes}), "Recyclée")
            for status in ARRIVAL:
                self._invoices.set_status(key, status, comment if status == ARRIVAL[0] else "", "")
        self._journal.note("recyclee", idFacture=key, structure=structure, **changes)

    def post_status(self, key: int, code: str, comment: str = "", mandat: str = "") -> None:
        """Set a status whatever stands, as Hélios or somebody on the portal does; raises KeyError."""
        if self._invoices.get(key) is None:
            raise KeyError(key)
        self._invoices.set_status(key, code, comment, mandat)
        self._journal.note("statut_ailleurs", idFacture=key, statut=code)

    def recipient(self, siret: str) -> Structure | None:
        """Return a public body."""
        return self._structures.get(siret)

    def _standing(self, key: int, status: str) -> Any:
        row = self._invoices.get(key)
        if row is None:
            raise KeyError(key)
        if row["statut"] != status:
            raise Incoherent(row["statut"])
        return row


class SupplierCalls:
    """Answers the calls of suppliers: `completer`, `recycler`."""

    def __init__(self, others: Others, invoices: Invoices) -> None:
        self._others = others
        self._invoices = invoices

    def complete(self, body: Body, account: TechnicalAccount) -> Reply:
        """`completer`: the files were sent before, and are named by their number."""
        row = deposited(self._invoices, body.get("identifiantFactureCPP"), account)
        if row is None:
            return unknown()
        named = body.get("pieceJointeComplementaire") or []
        files = [self._invoices.kept_file(int(one.get("pieceJointeComplementaireId") or 0)) for one in named]
        sent = tuple(file for file in files if file is not None)
        if len(sent) != len(named):
            return failure(UNKNOWN_FILE, "La pièce jointe est inconnue du système.")
        try:
            self._others.complete(row["id"], sent, str(body.get("commentaire") or ""))
        except Incoherent:
            return failure(INCOHERENT, WRONG_STATUS)
        _, page = window(len(sent), None, None)
        today = datetime.now(PARIS).date().isoformat()
        return success(
            "GCU_MSG_01_000",
            identifiantFactureCPP=row["id"],
            numeroFacture=row["numero"],
            dateTraitement=today,
            **page,
        )

    def recycle(self, body: Body, account: TechnicalAccount) -> Reply:
        """`recycler`: another recipient, another service, other references."""
        row = deposited(self._invoices, body.get("identifiantFactureCPP"), account)
        if row is None:
            return unknown()
        to, reference = body.get("destinataire") or {}, body.get("reference") or {}
        if to.get("codeDestinataire") and self._others.recipient(str(to["codeDestinataire"])) is None:
            return failure(UNKNOWN_RECIPIENT, "Le destinataire est inconnu du système.")
        route = Route(
            siret=to.get("codeDestinataire"),
            service=to.get("codeServiceExecutant"),
            engagement=reference.get("numeroBonCommande"),
            marche=reference.get("numeroMarche"),
        )
        try:
            self._others.recycle(row["id"], route, str(body.get("commentaire") or ""))
        except Incoherent:
            return failure(INCOHERENT, WRONG_STATUS)
        return success(
            "GCU_MSG_01_000",
            identifiantFactureCPP=row["id"],
            numeroFacture=row["numero"],
            statutFacture=ARRIVAL[0],
            dateDepot=row["deposee_le"],
        )
