"""The S²LOW platform behind its address: each script answers failures in its own way."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox import faults
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, Request, json_reply
from dematfin.sandbox.tdt import envelopes
from dematfin.sandbox.tdt.accounts import Accounts
from dematfin.sandbox.tdt.multipart import upload
from dematfin.sandbox.tdt.state import Dgfip, Transactions
from dematfin.sandbox.world import Tdt, TdtAccount

MODULE: Final = "/modules/helios"
ARCHIVIST: Final = "ARCH"
Script = Callable[[Request, TdtAccount], Reply]


class TdtApp:
    """Answers requests."""

    def __init__(self, world: Tdt, folder: Path, state: Path, dgfip: Dgfip) -> None:
        """Open the platform: `folder` holds the certificates, `state` what the platform remembers."""
        self.faults = Faults(faults.TDT)
        self._largest = world.taille_maximale
        self._accounts = Accounts(world.comptes, folder)
        self._journal = Journal(state / "journal.jsonl")
        self._transactions = Transactions(state, world.delais, dgfip, self.faults)
        self._scripts: dict[str, Script] = {
            "/api/info-connexion.php": self._info,
            f"{MODULE}/api/helios_importer_fichier.php": self._deposit,
            f"{MODULE}/api/helios_transac_get_status.php": self._status,
            f"{MODULE}/helios_download_acquit.php": self._acquit,
            f"{MODULE}/helios_download_file.php": self._file,
            f"{MODULE}/api/helios_get_list.php": self._list,
            f"{MODULE}/api/helios_get_retour.php": self._retour,
            f"{MODULE}/api/helios_change_status.php": self._mark,
            f"{MODULE}/api/list_pes_aller.php": self._find,
        }

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path.startswith("/__sandbox__/"):
            return self._administer(request)
        account = self._accounts.who(request)
        if request.path == "/api/test-connexion.php":
            return envelopes.plain_ko("La connexion n'a pas pu être établie") if account is None else _text("OK\n")
        if request.path == "/admin/users/api-list-login.php":
            return _text("\n".join(self._accounts.logins(request)))
        script = self._scripts.get(request.path)
        if script is None:
            return Reply(status=404, media_type="text/html")
        if account is None:
            is_deposit = request.path.endswith("importer_fichier.php")
            return envelopes.plain_ko("Échec de l'authentification") if is_deposit else envelopes.to_login()
        return self._troubled(request, account, script)

    def close(self) -> None:
        """Close the platform's base."""
        self._transactions.close()

    def _troubled(self, request: Request, account: TdtAccount, script: Script) -> Reply:
        if self.faults.take("bad_gateway"):
            return Reply(status=502, body=b"<html>Bad Gateway</html>", media_type="text/html")
        if self.faults.take("login_page"):
            return envelopes.login_page()
        reply = script(request, account)
        headers = {**reply.headers, **self._accounts.session(account)}
        cut = len(reply.body) // 2 if self.faults.take("truncated") else reply.cut
        return Reply(
            status=reply.status, body=reply.body, media_type=reply.media_type, headers=headers, cut=cut, sent=reply.sent
        )

    def _info(self, _: Request, account: TdtAccount) -> Reply:
        authority = {"id": account.collectivite, "status": 1, "name": "COLLECTIVITE DE TEST"}
        return json_reply({"user_info": {"login": account.login, "role": account.role}, "authority_info": authority})

    def _deposit(self, request: Request, account: TdtAccount) -> Reply:
        if not {"RW", "CS"} & set(account.droits):
            return envelopes.plain_ko("Accès refusé")
        if not account.rgs:
            message = "Votre certificat n'est pas RGS et ne vous permet donc pas de télétransmettre"
            return envelopes.imported(None, message)
        if self.faults.take("cut_before_store"):
            return Reply(cut=0)
        return self._stored(request, account)

    def _stored(self, request: Request, account: TdtAccount) -> Reply:
        received = upload(request)
        if received is None:
            too_large = "Aucune enveloppe trouvée : la taille de l'enveloppe dépasse probablement la taille maximum"
            return envelopes.imported(None, too_large)
        refusal = self._refusal(received.data)
        sha1 = hashlib.sha1(received.data, usedforsecurity=False).hexdigest()
        if refusal or self._transactions.knows(sha1):
            message = refusal or "doublon détecté. Ce fichier a déjà été posté."
            self._journal.note("depot_refuse", sha1=sha1, nom=received.name, message=message)
            return envelopes.imported(None, message)
        held = "TT" not in account.droits
        key = self._transactions.post(account.collectivite, received.name, received.data, sha1, held=held)
        self._journal.note("depot", transaction=key, sha1=sha1, nom=received.name, octets=len(received.data))
        reply = envelopes.imported(key, "Téléchargement du fichier réussi.")
        if self.faults.take("cut_after_store"):
            return Reply(body=reply.body, media_type=reply.media_type, cut=0)
        return reply

    def _refusal(self, data: bytes) -> str:
        if self.faults.take("refuse_flow"):
            return "Échec lors du téléchargement du fichier"
        if len(data) > self._largest:
            return f"Taille de fichier supérieure à la limite autorisée ({self._largest >> 20} Mo maximum)."
        return "" if data else "Le fichier présenté est vide (0 octet)"

    def _status(self, request: Request, account: TdtAccount) -> Reply:
        key = request.query.get("transaction", "")
        row = self._transactions.get(key, account.collectivite)
        if row is None:
            return envelopes.transaction(key, "Numéro de transaction invalide", None)
        return envelopes.transaction(key, row["message"], row["statut"])

    def _acquit(self, request: Request, account: TdtAccount) -> Reply:
        row = self._transactions.get(request.query.get("id", ""), account.collectivite)
        if row is None:
            return Reply(status=302, headers={"Location": f"{MODULE}/index.php"}, media_type="text/html")
        if row["acquit"] is None:
            return Reply(body=b"<p>Le fichier n'est pas/plus disponible.</p>", media_type="text/html")
        return Reply(body=row["acquit"], media_type="text/xml")

    def _file(self, request: Request, account: TdtAccount) -> Reply:
        row = self._transactions.get(request.query.get("id", ""), account.collectivite)
        if row is None:
            return Reply(status=302, headers={"Location": f"{MODULE}/index.php"}, media_type="text/html")
        return Reply(body=Path(row["fichier"]).read_bytes(), media_type="text/xml")

    def _list(self, _: Request, account: TdtAccount) -> Reply:
        rows = self._transactions.unread(account.collectivite)
        return envelopes.listed(account.collectivite, [(row["id"], row["nom"], row["le"]) for row in rows])

    def _retour(self, request: Request, account: TdtAccount) -> Reply:
        key = request.query.get("id", "")
        row = self._transactions.retour(key, account.collectivite)
        if row is None:
            return envelopes.no_retour(key, "retour id n'est pas correcte")
        cut = len(row["donnees"]) // 2 if self.faults.take("retour_cut") else None
        return Reply(body=row["donnees"], media_type="text/xml", cut=cut)

    def _mark(self, request: Request, account: TdtAccount) -> Reply:
        key = request.query.get("id", "")
        row = self._transactions.retour(key, account.collectivite)
        if row is not None:
            self._transactions.mark_read(key)
            self._journal.note("retour_lu", retour=row["id"], nom=row["nom"])
        return envelopes.marked(key, done=row is not None)

    def _find(self, request: Request, account: TdtAccount) -> Reply:
        if account.role != ARCHIVIST:
            return json_reply({"error": "L'utilisateur n'est pas archiviste"}, 400)
        status, offset = int(request.query.get("status_id", 0)), int(request.query.get("offset", 0))
        limit = int(request.query.get("limit", 100))
        found = self._transactions.ids(account.collectivite, status, offset, limit)
        return json_reply(
            {
                "status_id": status,
                "authority_id": account.collectivite,
                "offset": offset,
                "limit": limit,
                "transactions": [{"id": key} for key in found],
            }
        )

    def _administer(self, request: Request) -> Reply:
        """Serve the tests: commit a fault."""
        try:
            body: dict[str, Any] = json.loads(request.body)
            self.faults.set(str(body.get("name")), int(body.get("times", 1)))
        except ValueError as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply({"done": True})


def _text(text: str) -> Reply:
    return Reply(body=text.encode("iso-8859-1"), media_type="text/plain")
