"""The statuses that a recipient sets."""

from datetime import datetime
from typing import Any

from dematfin.sandbox.chorus.desk import received, unknown
from dematfin.sandbox.chorus.envelope import INCOHERENT, MISSING_REASON, WRONG_STATUS, Body, failure, success
from dematfin.sandbox.chorus.state import PARIS, Invoices, data
from dematfin.sandbox.chorus.statuses import NEEDS_REASON, STATUSES, TRANSITIONS
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, json_reply
from dematfin.sandbox.world import TechnicalAccount


class TreatCalls:
    """Answers `traiter/recue`."""

    def __init__(self, invoices: Invoices, journal: Journal, faults: Faults) -> None:
        self._invoices = invoices
        self._journal = journal
        self._faults = faults

    def treat(self, body: Body, account: TechnicalAccount) -> Reply:
        """Set a status; two calls at once see each other."""
        if body.get("nouveauStatut") not in STATUSES:
            return json_reply({"message": "nouveauStatut n'est pas un statut"}, 400)
        with self._invoices.change():
            row = received(self._invoices, body.get("idFacture"), account)
            reply = unknown() if row is None else self._treated(row, body)
        applied = b'"nouveauStatut"' in reply.body
        return Reply(body=reply.body, cut=0) if applied and self._faults.take("cut_after_status") else reply

    def _treated(self, row: Any, body: Body) -> Reply:
        wanted, reason = str(body["nouveauStatut"]), str(body.get("motif") or "")
        details = {"idFacture": row["id"], "statut": wanted, "mandat": str(body.get("numeroDPMandat") or "")}
        if self._refuses() or wanted not in TRANSITIONS.get(row["statut"], ()):
            self._journal.note("statut_refuse", depuis=row["statut"], **details)
            return failure(INCOHERENT, WRONG_STATUS)
        if wanted in NEEDS_REASON and not reason:
            return failure(MISSING_REASON, "Le motif est obligatoire.")
        self._invoices.set_status(row["id"], wanted, reason, details["mandat"])
        self._journal.note("statut", motif=reason, **details)
        return success(
            "GCU_MSG_01_000",
            idFacture=row["id"],
            numeroFacture=data(row).numero,
            dateTraitement=datetime.now(PARIS).date().isoformat(),
            nouveauStatut=wanted,
        )

    def _refuses(self) -> bool:
        return self._faults.take("functional_error") or self._faults.take("status_20002")
