"""A Chorus Pro that answers what a test dictates, over real HTTP, and remembers what it was asked."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dematfin.chorus.settings import ChorusSettings
from dematfin.chorus.source import ChorusPro
from dematfin.sandbox.server import LoopbackServer, Reply, Request, json_reply

SEARCH = "factures/v1/rechercher/recipiendaire"
HISTORY = "factures/v1/consulter/historique"
DOWNLOAD = "factures/v1/telecharger/groupe"
CONSULT = "factures/v1/consulter/recipiendaire"
TREAT = "factures/v1/traiter/recue"
TO_PROCESS = "factures/v1/rechercher/atraiter/recipiendaire"
WORKS = "facturesTravaux/v1/rechercher"
STRUCTURES = "transverses/v1/recuperer/structures/actives/destinataire"
STRUCTURE = "structures/v1/consulter"
FIND_STRUCTURE = "structures/v1/rechercher"
SERVICES = "structures/v1/rechercher/services"
SERVICE = "structures/v1/consulter/service"
HEALTH = "transverses/v1/health-check"
VAT = "transverses/v1/recuperer/tauxtva"
NEXT = "transverses/v1/recuperer/etats/traitement"
TOKEN = "token"
DOOR = "TECH_1_1@cpro.fr"
NOTHING = json_reply({"codeRetour": 20000, "libelle": "TRA_MSG_00.015"})

Answer = Reply | Callable[[dict[str, Any]], Reply]


class Platform:
    """Answers each call with the replies dictated for it, in order, the last one again and again."""

    def __init__(self) -> None:
        self.dictated: dict[str, list[Answer]] = {TOKEN: [token()], NEXT: [good()]}
        self.asked: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.headers: list[dict[str, str]] = []

    def say(self, call: str, *answers: Answer) -> None:
        """Dictate the answers to a call."""
        self.dictated[call] = list(answers)

    def __call__(self, request: Request) -> Reply:
        call = TOKEN if request.path == "/api/oauth/token" else request.path.removeprefix("/cpro/")
        body = {} if call == TOKEN else json.loads(request.body or b"{}")
        self.asked[call].append(body)
        self.headers.append(dict(request.headers))
        answers = self.dictated.get(call) or [Reply(status=404)]
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return answer if isinstance(answer, Reply) else answer(body)


def token(value: str = "jeton", life: object = 3600) -> Reply:
    return json_reply({"access_token": value, "token_type": "Bearer", "expires_in": life, "scope": "openid"})


def good(**content: Any) -> Reply:
    return json_reply({"codeRetour": 0, "libelle": "CODE PAR DEFAUT", **content})


def page(rows: list[Any], current: object = 1, pages: object = 1) -> Reply:
    return good(listeFactures=rows, pageCourante=current, pages=pages)


def row(key: object, status: str = "MISE_A_DISPOSITION", **more: Any) -> dict[str, Any]:
    return {"idFacture": key, "numeroFacture": f"F-{key}", "statut": status, **more}


def passages(*codes: str) -> list[dict[str, Any]]:
    """Write a history, given oldest first, as the platform does: newest first."""
    dated = [
        {"histoStatutId": order, "histoStatutCode": code, "histoStatutDatePassage": f"2026-03-{order:02d} 09:00"}
        for order, code in enumerate(codes, start=1)
    ]
    return dated[::-1]


def allowed(*codes: str) -> Reply:
    return good(listeStatutsPossiblesPourTraitement=[{"statutPossiblePourTraitement": code} for code in codes])


def history(*codes: str, current: str = "") -> Reply:
    return good(
        statutCourantCode=current or codes[-1],
        historiquesDesStatuts={"histoStatut": passages(*codes), "pagesHistoStatut": 1},
    )


@contextmanager
def chorus_at(application: Callable[[Request], Reply], **changes: Any) -> Iterator[ChorusPro]:
    """Lend our adapter, connected to an application on the loopback."""
    server = LoopbackServer(application)
    server.start()
    url = f"http://127.0.0.1:{server.port}"
    usual = {
        "url_jeton": f"{url}/api/oauth/token",
        "url_api": url,
        "client_id": "app",
        "client_secret": "TEST secret",
        "compte": DOOR,
        "mot_de_passe": "TEST mot de passé",
        "appels_par_seconde": 0,
        "delai_lecture": 2,
        "factures_par_page": 3,
    }
    adapter = ChorusPro(ChorusSettings.model_validate({**usual, **changes}), lambda reference: reference)
    try:
        yield adapter
    finally:
        adapter.close()
        server.stop()
