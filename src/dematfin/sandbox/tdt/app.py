"""The S²LOW platform behind its address: who calls, which script answers, which fault it was asked to commit."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox import faults
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Application, Reply, Request, json_reply
from dematfin.sandbox.tdt import deposits, envelopes, troubles
from dematfin.sandbox.tdt.accounts import Accounts, basic
from dematfin.sandbox.tdt.deposits import Deposits
from dematfin.sandbox.tdt.life import Dgfip, Life
from dematfin.sandbox.tdt.retours import Retours
from dematfin.sandbox.tdt.scripts import Script, Scripts
from dematfin.sandbox.tdt.state import Transactions
from dematfin.sandbox.world import Tdt, TdtAccount

CONNECTION: Final = "/api/test-connexion.php"
INFORMATION: Final = "/api/info-connexion.php"
LOGINS: Final = "/admin/users/api-list-login.php"
NOUNCE: Final = "/api/get-nounce.php"
FOR_PROGRAMS: Final = frozenset({CONNECTION, INFORMATION})


class TdtApp:
    """Answers requests."""

    def __init__(self, world: Tdt, folder: Path, state: Path, dgfip: Dgfip, asked: Faults | None = None) -> None:
        """Open the platform: `folder` holds the certificates, `state` what it remembers; `asked` are its faults."""
        self.faults = asked or Faults(faults.TDT)
        self._accounts = Accounts(world.comptes, folder, lambda: self.faults.clock.now().timestamp())
        journal = Journal(state / "journal.jsonl")
        self._transactions = transactions = Transactions(state, journal, self.faults.clock)
        retours = Retours(transactions=transactions, accounts=world.comptes, faults=self.faults, journal=journal)
        self._life = Life(transactions, world.delais, dgfip, self.faults, retours)
        taking = Deposits(transactions=transactions, journal=journal, faults=self.faults, largest=world.taille_maximale)
        taking.note_forgotten()
        self._open: dict[str, Application] = {LOGINS: self._logins, NOUNCE: self._nounce}
        self._scripts: dict[str, Script] = {
            CONNECTION: lambda *_: _text("OK\n"),
            INFORMATION: _information,
            deposits.PATH: taking.take,
            **Scripts(transactions=transactions, journal=journal, faults=self.faults).by_path(),
        }

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path.startswith("/__sandbox__/"):
            return self._administer(request)
        if request.path in self._open:
            return self._open[request.path](request)
        script = self._scripts.get(request.path)
        if script is None:
            return Reply(status=404, media_type="text/html")
        account = self._accounts.who(request)
        if account is None:
            return self._unknown(request)
        return script(request, account) if request.path in FOR_PROGRAMS else self._troubled(request, account, script)

    def close(self) -> None:
        """Close the platform's base."""
        self._transactions.close()

    def _unknown(self, request: Request) -> Reply:
        """Let nobody in: programs are told why, browsers are sent to the page that says it."""
        if request.path == deposits.PATH:
            return envelopes.plain_ko("Échec de l'authentification")
        found = self._accounts.known(request)
        if request.path in FOR_PROGRAMS or request.query.get("api") == "1":
            no_account = "Le certificat n'est pas valide : aucun compte trouvé"
            return envelopes.api_ko("La connexion n'a pas pu être établie" if found else no_account)
        return envelopes.elsewhere("/login.php" if found else "/connexion-status")

    def _logins(self, request: Request) -> Reply:
        return _text("\n".join(one.login for one in self._accounts.known(request)))

    def _nounce(self, request: Request) -> Reply:
        account = self._accounts.who(request)
        if account is None or not all(basic(request)):
            realm = {"WWW-Authenticate": 'Basic realm="API S2low"'}
            words = "La fonction n'est utilisable qu'avec un login+mot de passe HTTP"
            return Reply(status=401, body=words.encode(), media_type="text/html", headers=realm)
        return json_reply({"nounce": self._accounts.nounce(account)})

    def _troubled(self, request: Request, account: TdtAccount, script: Script) -> Reply:
        if trouble := troubles.instead(self.faults):
            return trouble
        self._life.tick()
        reply = script(request, account)
        headers = {**reply.headers, **self._accounts.session(account)}
        return troubles.upset(replace(reply, headers=headers), self.faults)

    def _administer(self, request: Request) -> Reply:
        """Serve the tests: commit a fault, set the clock, or do what an administrator does to a transaction."""
        try:
            body: dict[str, Any] = json.loads(request.body)
            if "transaction" in body:
                self._transactions.move(int(body["transaction"]), int(body["statut"]), str(body.get("message")))
            elif "avance" in body:
                self.faults.clock.advance(float(body["avance"]))
            else:
                self.faults.seconds = float(body.get("seconds", self.faults.seconds))
                self.faults.set(str(body.get("name")), int(body.get("times", 1)))
        except ValueError as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply({"done": True})


def _information(_: Request, account: TdtAccount) -> Reply:
    user = {"login": account.login, "role": account.role, "status": 1}
    authority = {"id": account.collectivite, "authority_type_id": 31, "status": 1, "name": "COLLECTIVITE DE TEST"}
    places = ("email", "address", "postal_code", "city", "telephone", "department", "district")
    empty = dict.fromkeys(places, "")
    return json_reply({"user_info": user, "authority_info": {**authority, **empty, "authority_group_id": 1}})


def _text(text: str) -> Reply:
    return Reply(body=text.encode("iso-8859-1"), media_type="text/plain")
