"""The scripts of the module Hélios but the deposit: each one says no in its own way."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, Request, json_reply
from dematfin.sandbox.tdt import envelopes
from dematfin.sandbox.tdt.accounts import ARCHIVIST, may_edit, may_see
from dematfin.sandbox.tdt.state import SENT, Transactions
from dematfin.sandbox.world import TdtAccount

MODULE: Final = "/modules/helios"
DENIED: Final = "Accès refusé"
CANCELLED: Final = 0
GONE: Final = Reply(body=b"<p>Le fichier n'est pas/plus disponible.</p>", media_type="text/html")
TOLD: Final = {"status_7": 7, "status_21": 21, "status_42": 42}
FIRST_DAY, LAST_DAY = "0000-01-01", "9999-12-31"
Script = Callable[[Request, TdtAccount], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scripts:
    """What may be asked of transactions and retours."""

    transactions: Transactions
    journal: Journal
    faults: Faults

    def by_path(self) -> dict[str, Script]:
        """Return each script under its address."""
        return {
            f"{MODULE}/api/helios_transac_get_status.php": self._status,
            f"{MODULE}/helios_download_acquit.php": self._acquit,
            f"{MODULE}/helios_download_file.php": self._file,
            f"{MODULE}/api/helios_get_list.php": self._list,
            f"{MODULE}/api/helios_get_retour.php": self._retour,
            f"{MODULE}/api/helios_change_status.php": self._mark,
            f"{MODULE}/api/list_pes_aller.php": self._find,
        }

    def _status(self, request: Request, account: TdtAccount) -> Reply:
        key = request.query.get("transaction", "")
        if not may_edit(account):
            return envelopes.transaction(key, DENIED, None)
        if not key:
            return envelopes.transaction(key, "Pas de numéro de transaction.", None)
        row = self.transactions.get(key, account.collectivite)
        if row is not None and self.faults.take("deleted"):
            self.transactions.delete(row["id"])
            row = None
        if row is None:
            return envelopes.transaction(key, "Numéro de transaction invalide", None)
        if row["statut"] == CANCELLED:  # a status that is false in PHP
            return envelopes.transaction(key, "Erreur consultation statut", None)
        return envelopes.transaction(key, row["message"], self._told(row))

    def _told(self, row: Any) -> int:
        """Return the status as it is told, which may not be the one that is."""
        if row["acquit"] is not None and self.faults.take("still_sent"):
            return SENT
        return next((status for name, status in TOLD.items() if self.faults.take(name)), int(row["statut"]))

    def _acquit(self, request: Request, account: TdtAccount) -> Reply:
        row = self.transactions.get(request.query.get("id", ""), account.collectivite)
        if row is None or not may_see(account):
            return envelopes.elsewhere(f"{MODULE}/index.php")
        if row["acquit"] is None or self.faults.take("acquit_page"):
            return GONE
        return Reply(body=row["acquit"], media_type="text/xml", sent=lambda: self._served(row))

    def _served(self, row: Any) -> None:
        sha1 = hashlib.sha1(row["acquit"], usedforsecurity=False).hexdigest()
        self.journal.note("acquit_servi", transaction=row["id"], nomfic=row["nomfic"], sha1=sha1)

    def _file(self, request: Request, account: TdtAccount) -> Reply:
        row = self.transactions.get(request.query.get("id", ""), account.collectivite)
        if row is None or not may_see(account):
            return envelopes.elsewhere(f"{MODULE}/index.php")
        flow = Path(row["fichier"])
        return Reply(body=flow.read_bytes(), media_type="text/xml") if flow.is_file() else GONE

    def _list(self, _: Request, account: TdtAccount) -> Reply:
        if not account.droits:
            return envelopes.no_list(DENIED)
        rows = self.transactions.unread(account.collectivite)
        return envelopes.listed(account.collectivite, [(row["id"], row["nom"], row["le"]) for row in rows])

    def _retour(self, request: Request, account: TdtAccount) -> Reply:
        key = request.query.get("id", "")
        if not account.droits:
            return envelopes.no_retour(key, DENIED)
        row = self.transactions.retour(key, account.collectivite)
        if row is None:
            return envelopes.no_retour(key, "retour id n'est pas correcte")
        cut = len(row["donnees"]) // 2 if self.faults.take("retour_cut") else None
        served = partial(self.journal.note, "retour_servi", retour=row["id"], nom=row["nom"])
        return Reply(body=row["donnees"], media_type="text/xml", cut=cut, sent=served)

    def _mark(self, request: Request, account: TdtAccount) -> Reply:
        key = request.query.get("id", "")
        if not may_edit(account):
            return envelopes.not_marked(key, "Changement de status est echoué.")
        row = self.transactions.retour(key, account.collectivite)
        if row is None:
            return envelopes.not_marked(key, "retour id est vide ou incorrecte.")
        if not row["lu"]:
            self.transactions.mark_read(key)
            self.journal.note("retour_lu", retour=row["id"], nom=row["nom"])
        return envelopes.marked(key)

    def _find(self, request: Request, account: TdtAccount) -> Reply:
        if account.role != ARCHIVIST:
            return json_reply({"error": "L'utilisateur n'est pas archiviste"}, 400)
        asked = request.query
        status, offset, limit = (_whole(asked.get(name), usual) for name, usual in PAGING)
        days = asked.get("min_date") or FIRST_DAY, asked.get("max_date") or LAST_DAY
        found = self.transactions.ids(account.collectivite, status, *days)[offset : offset + limit]
        return json_reply(
            {
                "status_id": status,
                "authority_id": account.collectivite,
                "offset": offset,
                "limit": limit,
                "transactions": [{"id": key} for key in found],
            }
        )


PAGING: Final = (("status_id", 0), ("offset", 0), ("limit", 100))


def _whole(text: str | None, usual: int) -> int:
    try:
        return int(text or usual)
    except ValueError:
        return usual
