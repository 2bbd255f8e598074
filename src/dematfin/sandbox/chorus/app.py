"""PISTE and Chorus Pro behind one address: gateway rules first, then the call."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dematfin.sandbox import faults
from dematfin.sandbox.chorus.access import Access
from dematfin.sandbox.chorus.consult import ConsultCalls
from dematfin.sandbox.chorus.download import DownloadCalls
from dematfin.sandbox.chorus.envelope import Body
from dematfin.sandbox.chorus.flows import FlowCalls
from dematfin.sandbox.chorus.gateway import Gateway
from dematfin.sandbox.chorus.office import DOOR, Office
from dematfin.sandbox.chorus.search import SearchCalls
from dematfin.sandbox.chorus.state import Invoices
from dematfin.sandbox.chorus.structures import StructureCalls
from dematfin.sandbox.chorus.supplier import Others, Route, SupplierCalls
from dematfin.sandbox.chorus.treat import TreatCalls
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, Request, json_reply
from dematfin.sandbox.world import File, TechnicalAccount, World

PREFIX: Final = "/cpro/"
Call = Callable[[Body, TechnicalAccount], Reply]


class ChorusApp:
    """Answers requests; `statuses` tells where each invoice stands."""

    def __init__(self, world: World, folder: Path, state: Path) -> None:
        """Open the platform: `folder` holds the files of the world, `state` what the platform remembers."""
        self.faults = Faults(faults.CHORUS)
        self._access = Access(world, self.faults)
        self._gateway = Gateway(self.faults, world.latence)
        self._invoices = Invoices(state / "etat.db", world, folder)
        journal = Journal(state / "journal.jsonl")
        self._others = Others(world, self._invoices, journal)
        self._office = Office(self.faults, self._invoices, self._others, folder)
        flows = FlowCalls(world, self._invoices, journal, state / "pieces")
        self._calls = (
            self._factures(world, journal) | _structures(StructureCalls(world, self._invoices)) | _flows(flows)
        )

    @property
    def statuses(self) -> dict[str, str]:
        """Return the last status of each invoice, by id."""
        return self._invoices.statuses()

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path.startswith(DOOR):
            return self._office.answer(request.path, _object(request.body) or {})
        self._gateway.wait()
        if request.path == "/api/oauth/token" and request.method == "POST":
            return self._access.token(request)
        if request.path == "/cpro/transverses/v1/health-check":
            return json_reply({"body": "OK", "statusCodeValue": 200, "statusCode": "OK"})
        return self._called(request)

    def complete(self, key: int, *files: File, comment: str = "") -> None:
        """Do as the supplier of a suspended invoice: add files and complete it; raises Incoherent elsewhere."""
        self._others.complete(key, files, comment)

    def recycle(self, key: int, comment: str = "", **route: str) -> None:
        """Do as the supplier of an invoice to recycle: `siret`, `service`, `engagement`, `marche` may change."""
        self._others.recycle(key, Route(**route), comment)

    def post_status(self, key: int, code: str, comment: str = "", mandat: str = "") -> None:
        """Do as Hélios, or as somebody on the portal: no rule is asked."""
        self._others.post_status(key, code, comment, mandat)

    def close(self) -> None:
        """Close the platform's base."""
        self._invoices.close()

    def _factures(self, world: World, journal: Journal) -> dict[str, Call]:
        search = SearchCalls(world, self._invoices, self.faults)
        consult = ConsultCalls(world, self._invoices, self.faults)
        supplier = SupplierCalls(self._others, self._invoices)
        return {
            "factures/v1/rechercher/recipiendaire": search.received,
            "factures/v1/rechercher/atraiter/recipiendaire": search.to_process,
            "facturesTravaux/v1/rechercher": search.works,
            "factures/v1/consulter/recipiendaire": consult.consult,
            "factures/v1/consulter/historique": consult.history,
            "factures/v1/telecharger/groupe": DownloadCalls(world, self._invoices, journal, self.faults).download,
            "factures/v1/traiter/recue": TreatCalls(self._invoices, journal, self.faults).treat,
            "factures/v1/completer": supplier.complete,
            "factures/v1/recycler": supplier.recycle,
        }

    def _called(self, request: Request) -> Reply:
        call = self._calls.get(request.path.removeprefix(PREFIX))
        if call is None or request.method != "POST" or not request.path.startswith(PREFIX):
            return Reply(status=404)
        account = self._access.check(request)
        if isinstance(account, Reply):
            return account
        if (trouble := self._gateway.trouble()) is not None:
            return trouble
        if "json" not in request.headers.get("Content-Type", ""):
            return Reply(status=415)
        body = _object(request.body)
        return _malformed() if body is None else _answered(call, body, account)


def _answered(call: Call, body: Body, account: TechnicalAccount) -> Reply:
    """A value that its list does not know, or of the wrong kind, is refused before anything is looked for."""
    try:
        return call(body, account)
    except ValidationError:
        return _malformed()


def _malformed() -> Reply:
    return json_reply({"message": "Requête mal formulée"}, 400)


def _structures(calls: StructureCalls) -> dict[str, Call]:
    return {
        "transverses/v1/recuperer/tauxtva": calls.vat_rates,
        "transverses/v1/recuperer/structures/actives/destinataire": calls.mine,
        "transverses/v1/recuperer/etats/traitement": calls.next_statuses,
        "structures/v1/rechercher": calls.search,
        "structures/v1/consulter": calls.consult,
        "structures/v1/rechercher/services": calls.services,
        "structures/v1/consulter/service": calls.service,
    }


def _flows(calls: FlowCalls) -> dict[str, Call]:
    return {"factures/v1/deposer/flux": calls.deposit, "transverses/v1/consulterCRDetaille": calls.report}


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        body = json.loads(data)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
