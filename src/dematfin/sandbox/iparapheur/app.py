"""The i-Parapheur behind its address: who calls, which operation answers, which fault it was asked to commit."""

import base64
import binascii
import json
import time
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox import faults
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.iparapheur.envelope import Asked, answer, fault, in_parts, read, said
from dematfin.sandbox.iparapheur.operations import Operations
from dematfin.sandbox.iparapheur.people import People
from dematfin.sandbox.iparapheur.setup import Setup
from dematfin.sandbox.iparapheur.state import Folders
from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Reply, Request, json_reply

MTOM, PLAIN = "/ws-iparapheur", "/ws-iparapheur-no-mtom"
ADMIN: Final = "/__sandbox__/"
SLOW: Final = 3.0
"""Seconds."""
PAGE: Final = b"<!DOCTYPE html><html><body><h1>i-Parapheur en maintenance</h1></body></html>"


class ParapheurApp:
    """Answers requests."""

    def __init__(self, setup: Setup, folder: Path) -> None:
        """Open it; `folder` is where it keeps its state."""
        self.faults = Faults(faults.PARAPHEUR)
        self.folders = Folders(folder)
        self.journal = Journal(folder / "journal.jsonl")
        self._setup = setup
        self._people = People(setup=setup, folders=self.folders)
        operations = Operations(setup=setup, folders=self.folders, journal=self.journal, faults=self.faults)
        self._operations = operations.by_name()

    def __call__(self, request: Request) -> Reply:
        """Answer one request."""
        if request.path.startswith(ADMIN):
            return self._administer(request)
        if request.path not in {MTOM, PLAIN}:
            return Reply(status=404, media_type="text/html")
        if not self._knows(request):
            return Reply(status=401, body=PAGE, media_type="text/html", headers={"WWW-Authenticate": "Basic"})
        slow = self.faults.take("slow")
        reply = self._troubles() or self._answer(request)
        if slow:
            time.sleep(SLOW)
        return reply

    def close(self) -> None:
        """Close its base."""
        self.folders.base.close()

    def _troubles(self) -> Reply | None:
        if self.faults.take("unavailable"):
            return Reply(status=503, body=PAGE, media_type="text/html")
        if self.faults.take("html"):
            return Reply(body=PAGE, media_type="text/html")
        return fault("java.lang.NullPointerException") if self.faults.take("fault") else None

    def _answer(self, request: Request) -> Reply:
        asked = read(request.body)
        operation = self._operations.get(asked.operation) if asked else None
        if asked is None or operation is None:
            return fault("No endpoint mapping found", "Client")
        if asked.operation == "CreerDossier" and self.faults.take("duplicate"):
            words = f"Le nom de dossier est déjà présent dans le Parapheur: dossierID = {asked.text('DossierID')}"
            return answer(asked.operation, said("KO", words))
        reply = answer(asked.operation, operation(asked))
        if asked.operation == "CreerDossier" and self.faults.take("cut_after_create"):
            return Reply(cut=0)
        return in_parts(reply) if self._by_parts(request, asked) else reply

    def _by_parts(self, request: Request, asked: Asked) -> bool:
        return asked.operation == "GetDossier" and (request.path == MTOM or self.faults.take("mtom"))

    def _knows(self, request: Request) -> bool:
        kind, _, value = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(value).decode("utf-8", "replace")
        except binascii.Error:
            return False
        return kind == "Basic" and given == f"{self._setup.login}:{self._setup.mot_de_passe}"

    def _administer(self, request: Request) -> Reply:
        """Serve the tests: commit a fault, or do what people do in the pages."""
        what = request.path.removeprefix(ADMIN)
        try:
            body: dict[str, Any] = json.loads(request.body)
            if what == "faults":
                self.faults.set(str(body.get("name")), int(body.get("times", 1)))
            else:
                self._people.act(what, body)
        except (ValueError, KeyError) as error:
            return json_reply({"error": str(error)}, 400)
        return json_reply({"done": True})
