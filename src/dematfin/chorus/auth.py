"""Credentials: the token of the PISTE application, the header of the technical account."""

import base64
import re
import threading
import time
from collections.abc import Callable
from typing import Any, Final

import httpx

from dematfin.errors import AccessDenied, Unreachable
from dematfin.support.http import later, read_limited, translated
from dematfin.support.json_object import json_object
from dematfin.support.redaction import keep_quiet

PISTE: Final = "PISTE"
MARGIN: Final = 240.0
LARGEST: Final = 100_000
LIFE: Final = re.compile("[1-9][0-9]{0,8}")
"""Seconds, as a number or as text."""


class Tokens:
    """Keeps one token for all threads and asks for another before it ends."""

    def __init__(self, http: httpx.Client, url: str, client_id: str, client_secret: Callable[[], str]) -> None:
        self._http = http
        self._url = url
        self._client_id = client_id
        self._client_secret = client_secret
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0

    def get(self) -> str:
        """Return a token that is still good for a while; raises Unreachable, which the caller may try again."""
        with self._lock:
            if time.monotonic() >= self._ends:
                self._token, life = self._ask()
                self._ends = time.monotonic() + life - min(MARGIN, life / 4)
            return self._token

    def drop(self, token: str) -> None:
        """Forget a token that was refused, unless another thread has already changed it."""
        with self._lock:
            if self._token == token:
                self._ends = 0.0

    def _ask(self) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._client_secret(),
            "scope": "openid",
        }
        with translated(PISTE), self._http.stream("POST", self._url, data=form) as response:
            later(response, PISTE)
            body = _json(read_limited(response, LARGEST, PISTE))
        if response.status_code in {400, 401, 403}:
            reason = body.get("error_description") or body.get("error") or f"code {response.status_code}"
            message = (
                f"PISTE refuse l'application ({reason}). Vérifiez client_id et client_secret dans la section [chorus], "
                "et que l'application est bien celle de cet environnement."
            )
            raise AccessDenied(message)
        token, life = body.get("access_token"), body.get("expires_in")
        if not isinstance(token, str) or not token or not LIFE.fullmatch(str(life)):
            message = "PISTE a répondu sans donner de jeton. Relancez plus tard : rien n'est perdu."
            raise Unreachable(message)
        return token, float(str(life))


def account_header(login: str, password: str) -> str:
    """Return the value of `cpro-account`: base64 of `login:password`, without newline and without `Basic`."""
    header = base64.b64encode(f"{login}:{password}".encode()).decode("ascii")
    keep_quiet(header)
    return header


def _json(data: bytes) -> dict[str, Any]:
    """PISTE has been seen to answer 200 with an empty or non-JSON body."""
    try:
        return json_object(data)
    except ValueError:
        return {}
