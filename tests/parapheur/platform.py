"""An i-Parapheur over real HTTP(S): the simulated one, or one that answers what a test dictates."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dematfin.parapheur.bridge import IParapheur
from dematfin.parapheur.settings import ParapheurSettings
from dematfin.sandbox.iparapheur.app import MTOM, PLAIN, ParapheurApp
from dematfin.sandbox.iparapheur.setup import Setup, Step, Subtype
from dematfin.sandbox.server import LoopbackServer, Reply, Request

LOGIN, WORD = "ws@valbrume", "TEST é:deux"
SCHOOL: Final = Step(bureau="Affaires scolaires", nom="Paul Viseur")
SETUP: Final = Setup(
    login=LOGIN,
    mot_de_passe=WORD,
    sous_types=(
        Subtype(type="FACTURES", nom="VISASERVICE", etapes=(SCHOOL,), obligatoires=("engagement",)),
        Subtype(type="FACTURES", nom="VISA VOIRIE", etapes=(SCHOOL, Step(bureau="DST", nom="Théo Technique"))),
    ),
    metadonnees={"engagement": "STRING", "montantttc": "DOUBLE", "date_service_fait": "DATE"},
)
SETTINGS: Final[dict[str, Any]] = {
    "identifiant": LOGIN,
    "mot_de_passe": WORD,
    "type": "FACTURES",
    "sous_type": "VISASERVICE",
    "sous_types": {"VOIRIE": "VISA VOIRIE"},
    "metadonnees": {"engagement": "engagement", "montantttc": "montantttc"},
    "delai_connexion": 2,
    "delai_lecture": 2,
}
PATHS: Final = {"mtom": MTOM, "plain": PLAIN}


@dataclass(frozen=True)
class Pages:
    """The pages of the simulated i-Parapheur, where people decide."""

    url: str

    def visa(self, key: str, annotation: str = "", name: str = "Paul Viseur", **metadata: str) -> None:
        self.post("visa", dossier=key, acteur=name, annotation=annotation, metadonnees=metadata)

    def reject(self, key: str, annotation: str, name: str = "Paul Viseur") -> None:
        self.post("reject", dossier=key, acteur=name, annotation=annotation)

    def annex(self, key: str, name: str, data: bytes) -> None:
        self.post("annex", dossier=key, nom=name, donnees=base64.b64encode(data).decode())

    def delete(self, key: str) -> None:
        self.post("delete", dossier=key)

    def commit(self, fault: str, times: int = 1) -> None:
        self.post("faults", name=fault, times=times)

    def post(self, what: str, **body: Any) -> None:
        request = urllib.request.Request(f"{self.url}/__sandbox__/{what}", json.dumps(body).encode())
        try:
            urllib.request.urlopen(request, timeout=5).close()
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(error.read()) from None


@contextmanager
def serving(application: Callable[[Request], Reply], tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve an application, and lend its address."""
    server = LoopbackServer(application, tls=tls)
    server.start()
    try:
        yield f"http{'s' if tls else ''}://127.0.0.1:{server.port}"
    finally:
        server.stop()


@contextmanager
def simulated(folder: Path, **changes: Any) -> Iterator[tuple[ParapheurApp, str]]:
    """Lend a simulated i-Parapheur and its address; `changes` are of its set-up."""
    app = ParapheurApp(SETUP.model_copy(update=changes), folder)
    with serving(app) as url:
        yield app, url
    app.close()


def adapter(url: str, **changes: Any) -> IParapheur:
    """Return our adapter."""
    return IParapheur(
        ParapheurSettings.model_validate({"url": url, **SETTINGS, **changes}), lambda reference: reference
    )


def envelope(operation: str, inside: str, before: str = "") -> Reply:
    """Return an answer written by hand; `before` stands before its root."""
    body = (
        f'{before}<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f'<i:{operation}Response xmlns:i="http://www.adullact.org/spring-ws/iparapheur/1.0">{inside}'
        f"</i:{operation}Response></s:Body></s:Envelope>"
    )
    return Reply(body=body.encode(), media_type="text/xml; charset=utf-8")
