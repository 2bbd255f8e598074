"""PISTE and Chorus Pro behind one address: gateway rules first, then the call."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dematfin.sandbox import faults
from dematfin.sandbox.chorus.access import Access
from dematfin.sandbox.chorus.envelope import Body
from dematfin.sandbox.chorus.invoices import InvoiceCalls
from dematfin.sandbox.chorus.state import Invoices
from dematfin.sandbox.chorus.structures import StructureCalls
from dematfin.sandbox.chorus.supplier import SupplierCalls
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, Request, json_reply
from dematfin.sandbox.world import Invoice, TechnicalAccount, World

PREFIX: Final = "/cpro/"
SLOW: Final = 0.2
PATIENCE: Final = threading.Event()
Call = Callable[[Body, TechnicalAccount], Reply]


class ChorusApp:
    """Answers requests; `statuses` tells where each invoice stands."""

    def __init__(self, world: World, folder: Path, state: Path) -> None:
        """Open the platform: `folder` holds the files of the world, `state` what the platform remembers."""
        self.faults = Faults(faults.CHORUS)
        self._latency = world.latence
        self._folder = folder
        self._access = Access(world, self.faults)
        self._invoices = Invoices(state / "etat.db", world, folder)
        calls = InvoiceCalls(world, self._invoices, Journal(state / "journal.jsonl"), self.faults)
        structures = StructureCalls(world)
        supplier = SupplierCalls(world, self._invoices)
        self._calls: dict[str, Call] = {
            "transverses/v1/recuperer/tauxtva": structures.vat_rates,
            "transverses/v1/recuperer/structures/actives/destinataire": structures.mine,
            "transverses/v1/recuperer/etats/traitement": structures.next_statuses,
            "structures/v1/rechercher": structures.search,
            "structures/v1/consulter": structures.consult,
            "structures/v1/rechercher/services": structures.services,
            "structures/v1/consulter/service": structures.service,
            "factures/v1/rechercher/recipiendaire": calls.search,
            "factures/v1/rechercher/atraiter/recipiendaire": calls.to_process,
            "factures/v1/consulter/recipiendaire": calls.consult,
            "factures/v1/consulter/historique": calls.history,
            "factures/v1/telecharger/groupe": calls.download,
            "factures/v1/traiter/recue": calls.treat,
            "factures/v1/completer": supplier.complete,
            "factures/v1/recycler": supplier.recycle,
            "facturesTravaux/v1/rechercher": calls.works,
        }

    def post(self, key: int, code: str, comment: str = "") -> None:
        """Move an invoice to a status, as Hélios or a user of the portal does: no table binds them."""
        self._invoices.set_status(key, code, comment, "")

    @property
    def statuses(self) -> dict[str, str]:
        """Return the last status of each invoice, by id."""
        return self._invoices.statuses()

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path == "/api/oauth/token" and request.method == "POST":
            return self._access.token(request)
        if request.path == "/cpro/transverses/v1/health-check":
            return json_reply({"body": "OK", "statusCodeValue": 200, "statusCode": "OK"})
        if request.path.startswith("/__sandbox__/"):
            return self._administer(request)
        return self._called(request)

    def close(self) -> None:
        """Close the platform's base."""
        self._invoices.close()

    def _called(self, request: Request) -> Reply:
        call = self._calls.get(request.path.removeprefix(PREFIX))
        if call is None or request.method != "POST" or not request.path.startswith(PREFIX):
            return Reply(status=404)
        account = self._access.check(request)
        if isinstance(account, Reply):
            return account
        self._wait()
        if (trouble := self._trouble()) is not None:
            return trouble
        if "json" not in request.headers.get("Content-Type", ""):
            return Reply(status=415)
        body = _object(request.body)
        return json_reply({"message": "Requête mal formulée"}, 400) if body is None else call(body, account)

    def _wait(self) -> None:
        """Take the time that this platform takes."""
        PATIENCE.wait(self._latency + (SLOW if self.faults.take("slow") else 0))

    def _trouble(self) -> Reply | None:
        if self.faults.take("maintenance"):
            page = b"<html><body>Chorus Pro est en maintenance.</body></html>"
            return Reply(body=page, media_type="text/html")
        if self.faults.take("server_error"):
            return Reply(status=500, body=b"oops", media_type="text/plain")
        if self.faults.take("bad_request_400"):
            return json_reply({"codeRetour": 1, "libelle": "Service indisponible"}, 400)
        if self.faults.take("bad_gateway"):
            return Reply(status=502, body=b"<html><body>Bad Gateway</body></html>", media_type="text/html")
        if self.faults.take("too_many_retry_after"):
            return Reply(status=429, headers={"Retry-After": "1"})
        return Reply(status=429) if self.faults.take("too_many") else None

    def _administer(self, request: Request) -> Reply:
        """Serve the tests: commit a fault, take another deposit."""
        body = _object(request.body) or {}
        try:
            if request.path.endswith("/faults"):
                self.faults.set(str(body.get("name")), int(body.get("times", 1)))
            elif request.path.endswith("/invoices"):
                self._invoices.add(Invoice.model_validate(body), self._folder)
            elif request.path.endswith("/status"):
                self.post(int(body["id"]), str(body["code"]), str(body.get("commentaire", "")))
            else:
                return json_reply(self.statuses)
        except (KeyError, ValueError, ValidationError) as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply({"done": True})


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(data)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
