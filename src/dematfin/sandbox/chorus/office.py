"""The door of tests and of the demonstration: faults to commit, deposits, and what others than the recipient do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dematfin.sandbox.chorus.envelope import Body
from dematfin.sandbox.chorus.state import Invoices
from dematfin.sandbox.chorus.supplier import Others, Route
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.server import Reply, json_reply
from dematfin.sandbox.world import File, Invoice

DOOR: Final = "/__sandbox__/"


class Office:
    """Answers what is asked under `/__sandbox__/`; anything that it does not know gets the list of statuses."""

    def __init__(self, faults: Faults, invoices: Invoices, others: Others, folder: Path) -> None:
        self._faults = faults
        self._invoices = invoices
        self._others = others
        self._folder = folder
        self._acts: dict[str, Callable[[Body], Any]] = {
            "faults": self._fault,
            "invoices": self._deposit,
            "files": self._file,
            "complete": self._complete,
            "recycle": self._recycle,
            "status": self._status,
        }

    def answer(self, path: str, body: Body) -> Reply:
        """Do what is asked; 400 when it cannot be done."""
        act = self._acts.get(path.removeprefix(DOOR))
        if act is None:
            return json_reply(self._invoices.statuses())
        try:
            return json_reply({"done": True, "id": act(body)})
        except (KeyError, TypeError, ValueError, ValidationError) as error:
            return json_reply({"error": str(error)}, 400)

    def _fault(self, body: Body) -> None:
        self._faults.set(str(body.get("name")), int(body.get("times", 1)))

    def _deposit(self, body: Body) -> int:
        invoice = Invoice.model_validate(body)
        self._invoices.add(invoice, self._folder)
        return invoice.id

    def _file(self, body: Body) -> int:
        """Keep a file that a supplier will attach with `completer`."""
        return self._invoices.keep_file(File.model_validate(body))

    def _complete(self, body: Body) -> None:
        files = tuple(File.model_validate(one) for one in body.get("fichiers", ()))
        self._others.complete(body["id"], files, body.get("commentaire", ""))

    def _recycle(self, body: Body) -> None:
        route = {name: body[name] for name in ("siret", "service", "engagement", "marche") if name in body}
        self._others.recycle(body["id"], Route(**route), body.get("commentaire", ""))

    def _status(self, body: Body) -> None:
        self._others.post_status(body["id"], body["statut"], body.get("commentaire", ""), body.get("mandat", ""))
