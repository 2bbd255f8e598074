"""One call to Chorus Pro: credentials, limits, and the shapes that a failure may take.

HTTP 200 says nothing of success: `codeRetour` does (0 is good, 20000 and 20007 are an empty search).
"""

import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

import httpx

from dematfin.chorus.auth import Tokens, account_header
from dematfin.chorus.settings import ChorusSettings
from dematfin.chorus.wire import number
from dematfin.errors import AccessDenied, BadAnswer, ConnectorError, Refused, UnknownOutcome
from dematfin.support import http
from dematfin.support.http import Timeouts, later, patiently, read_limited, translated

CHORUS: Final = "Chorus Pro"
EMPTY_SEARCH: Final = frozenset({20000, 20007})
LARGEST_LIST: Final = 20_000_000
LARGEST_DOWNLOAD: Final = 170_000_000
"""120 MB of files are 160 MB of base64."""
WAITS: Final = threading.Event()
UNAUTHORIZED: Final = 401

WORDS: Final = {
    "factures/v1/rechercher/recipiendaire": "donner la liste des factures",
    "factures/v1/consulter/recipiendaire": "donner le détail de la facture",
    "factures/v1/consulter/historique": "donner l'historique de la facture",
    "factures/v1/telecharger/groupe": "donner la facture et ses pièces",
    "factures/v1/traiter/recue": "changer le statut de la facture",
    "structures/v1/consulter": "donner les obligations de la structure",
    "structures/v1/consulter/service": "donner les obligations du service",
    "structures/v1/rechercher/services": "donner la liste des services",
    "transverses/v1/recuperer/structures/actives/destinataire": "donner la liste de nos structures",
    "transverses/v1/recuperer/tauxtva": "répondre au test de connexion",
}
CONTENTS: Final = frozenset({"historiquesDesStatuts", "listeFactures", "listeServices", "fichierResultat"})
"""Some answers come without `codeRetour`; one that holds what was asked for is good all the same."""

Answer = dict[str, Any]


class FunctionalError(Refused):
    """Chorus Pro a refusé la demande."""

    def __init__(self, code: int, label: str, call: str) -> None:
        super().__init__(f"Chorus Pro refuse de {said(call)} (code {code} : {label or 'sans explication'}).")
        self.code = code


def said(call: str) -> str:
    """Say a call to an agent, as a verb and what it bears on."""
    return WORDS.get(call, f"répondre à l'appel {call}")


class ChorusClient:
    """Makes calls; may be used by eight threads at once."""

    def __init__(self, settings: ChorusSettings, secret: Callable[[str], str]) -> None:
        timeouts = Timeouts(connect=settings.delai_connexion, read=settings.delai_lecture)
        context = http.tls(settings.autorites)
        self._http = http.client(settings.url_api, context=context, timeouts=timeouts)
        self._tokens = Tokens(
            self._http,
            http.check_url(settings.url_jeton),
            settings.client_id,
            lambda: secret(settings.client_secret),
        )
        self._account: Callable[[], str] = lambda: account_header(settings.compte, secret(settings.mot_de_passe))
        self._long = Timeouts(connect=settings.delai_connexion, read=settings.delai_telechargement).httpx()
        self._pace = Pace(settings.appels_par_seconde)

    def ask(self, call: str, body: Answer, *, download: bool = False) -> Answer:
        """Read something; tried again as long as the neighbour is unreachable. An empty search gives `{}`.

        Raises:
            Unreachable, Refused, BadAnswer: naming Chorus Pro, the call and the remedy.
        """
        limit = LARGEST_DOWNLOAD if download else LARGEST_LIST
        return patiently(lambda: self._call(call, body, limit, timeout=self._long if download else None))

    def tell(self, call: str, body: Answer) -> Answer:
        """Change something, once.

        Raises:
            UnknownOutcome: it may have been done; ask before trying again.
        """
        patiently(self._tokens.get)  # nothing has been written yet
        return self._call(call, body, LARGEST_LIST, writing=True)

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def _call(
        self, call: str, body: Answer, limit: int, *, timeout: httpx.Timeout | None = None, writing: bool = False
    ) -> Answer:
        token = self._tokens.get()
        status, data = self._post(call, body, token, limit, timeout, writing=writing)
        if status == UNAUTHORIZED:
            self._tokens.drop(token)
            status, data = self._post(call, body, self._tokens.get(), limit, timeout, writing=writing)
        return _understood(call, status, data, writing=writing)

    def _post(
        self, call: str, body: Answer, token: str, limit: int, timeout: httpx.Timeout | None, *, writing: bool
    ) -> tuple[int, bytes]:
        self._pace.wait()
        headers = {
            "Authorization": f"Bearer {token}",
            "cpro-account": self._account(),
            "Accept": "application/json",
            "Content-Type": "application/json;charset=utf-8",
        }
        options = {} if timeout is None else {"timeout": timeout}
        content = json.dumps(body, ensure_ascii=False).encode()
        with (
            translated(CHORUS, writing=writing),
            self._http.stream("POST", f"/cpro/{call}", content=content, headers=headers, **options) as response,  # type: ignore[arg-type]  # a timeout or nothing
        ):
            if not writing or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                later(response, CHORUS)
            return response.status_code, read_limited(response, limit, CHORUS)


class Pace:
    """Spaces calls out, for all threads together."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1 / per_second if per_second else 0.0
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when this call may leave."""
        if not self._interval:
            return
        with self._lock:
            now = time.monotonic()
            mine = max(now, self._next)
            self._next = mine + self._interval
        WAITS.wait(mine - now)


def _understood(call: str, status: int, data: bytes, *, writing: bool) -> Answer:
    """Tell an answer from a refusal, whatever shape the refusal took."""
    body = _json_object(data)
    code = _code(body)
    if code in EMPTY_SEARCH and "rechercher" in call:
        return {}
    if code:
        raise FunctionalError(code, str(body.get("libelle") or ""), call)
    if status == httpx.codes.OK and (code == 0 or CONTENTS & body.keys()):
        return body
    raise _failure(call, status, data, body, writing=writing)


def _failure(call: str, status: int, data: bytes, body: Answer, *, writing: bool) -> ConnectorError:
    match status:
        case httpx.codes.UNAUTHORIZED:
            return AccessDenied(
                "Chorus Pro refuse le compte technique (code 401). Son mot de passe a peut-être expiré (14 mois) ou "
                "changé : le gestionnaire principal le renouvelle dans Chorus Pro, puis mettez le secret à jour."
            )
        case httpx.codes.FORBIDDEN:
            return AccessDenied(
                f"Chorus Pro nous interdit de lui demander de {said(call)} (code 403). Vérifiez dans PISTE que cette "
                "API est rattachée à l'application et ses conditions acceptées, et l'habilitation du compte technique."
            )
        case httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            return Refused("Chorus Pro : la facture et ses pièces dépassent 120 Mo. Téléchargez-la depuis le portail.")
        case _:
            return _unclear(call, status, data, body, writing=writing)


def _unclear(call: str, status: int, data: bytes, body: Answer, *, writing: bool) -> ConnectorError:
    if writing and (status == httpx.codes.OK or status >= httpx.codes.INTERNAL_SERVER_ERROR):
        return UnknownOutcome(f"Chorus Pro a mal répondu pendant l'écriture (code {status}). Elle sera vérifiée.")
    shown = data[:200].decode("utf-8", errors="replace").replace("\n", " ")
    return BadAnswer(
        f"Chorus Pro n'a pas su {said(call)} (code {status}) : {body.get('libelle') or shown or 'réponse vide'}"
    )


def _json_object(data: bytes) -> Answer:
    with suppress(ValueError):
        body = json.loads(data, parse_float=Decimal)
        if isinstance(body, dict):
            return body
    return {}


def _code(body: Answer) -> int | None:
    """Return `codeRetour`, which may come as a number or as text; None when there is none."""
    return number(body.get("codeRetour"))
