"""One call to Chorus Pro: credentials, pace, and how long to insist. One set of lines for all accounts."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from dematfin.chorus.auth import Tokens, account_header
from dematfin.chorus.download import FileInAnswer
from dematfin.chorus.failures import Answer, understood
from dematfin.chorus.settings import ChorusSettings
from dematfin.errors import Unreachable
from dematfin.support import http
from dematfin.support.http import Timeouts, later, patiently, read_limited, translated
from dematfin.support.lines import Lines

CHORUS: Final = "Chorus Pro"
LARGEST_LIST: Final = 20_000_000
WAITS: Final = threading.Event()
UNAUTHORIZED: Final = 401
Take = Callable[[httpx.Response], bytes]
"""Reads the body of an answer, and returns what is to be understood of it."""


class ChorusClient:
    """Makes calls in the name of a technical account (a door); may be used by eight threads at once."""

    def __init__(self, settings: ChorusSettings, secret: Callable[[str], str]) -> None:
        timeouts = Timeouts(connect=settings.delai_connexion, read=settings.delai_lecture)
        context = http.tls(settings.autorites)
        self._http = http.client(settings.url_api, context=context, timeouts=timeouts)
        self._lines = Lines(settings.url_api, context=context, timeouts=timeouts)
        url = http.check_url(settings.url_jeton)
        self._tokens = Tokens(self._http, url, settings.client_id, lambda: secret(settings.client_secret))
        self._passwords = {one.compte: one.mot_de_passe for one in settings.comptes}
        self._secret = secret
        self._accounts: dict[str, str] = {}
        self._long = Timeouts(connect=settings.delai_connexion, read=settings.delai_telechargement)
        self._pace = Pace(settings.appels_par_seconde)
        self._writes = settings.ecriture

    @property
    def doors(self) -> tuple[str, ...]:
        """The technical accounts."""
        return tuple(self._passwords)

    def ask(self, call: str, body: Answer, door: str) -> Answer:
        """Read something; tried again as long as the neighbour is unreachable. An empty search gives `{}`.

        Raises:
            Unreachable, Refused, BadAnswer: naming Chorus Pro, the call and the remedy.
        """
        return patiently(lambda: self._call(call, body, door, _whole))

    def look(self, call: str, door: str) -> Answer:
        """Read what is asked for without a body (GET); same errors as `ask`."""
        return patiently(lambda: self._call(call, None, door, _whole))

    def download(self, call: str, body: Answer, door: str, target: Path) -> Answer:
        """Read an answer that holds a file in base64: the file goes to `target` as it comes; same errors as `ask`."""
        return patiently(lambda: self._call(call, body, door, FileInAnswer(target).take, timeouts=self._long))

    def tell(self, call: str, body: Answer, door: str) -> Answer:
        """Change something, once.

        Raises:
            Unreachable: writing is forbidden by the configuration, or nothing has left.
            UnknownOutcome: it may have been done; ask before trying again.
        """
        if not self._writes:  # not a refusal: it will be told on the day when writing is allowed
            message = "L'écriture dans Chorus Pro est désactivée (ecriture = false dans la section [chorus])."
            raise Unreachable(message)
        patiently(self._tokens.get)  # nothing has been written yet
        return self._call(call, body, door, _whole, writing=True)

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._http.close()

    def _call(
        self,
        call: str,
        body: Answer | None,
        door: str,
        take: Take,
        *,
        timeouts: Timeouts | None = None,
        writing: bool = False,
    ) -> Answer:
        token = self._tokens.get()
        request = self._request(call, body, timeouts)
        status, data = self._send(request, token, door, take, writing=writing)
        if status == UNAUTHORIZED:
            self._tokens.drop(token)
            self._accounts.pop(door, None)  # the password may have been renewed while we run
            status, data = self._send(request, self._tokens.get(), door, take, writing=writing)
        return understood(call, status, data, writing=writing)

    def _request(self, call: str, body: Answer | None, timeouts: Timeouts | None) -> httpx.Request:
        headers = {"Accept": "application/json"}
        if body is None:
            return self._lines.request(f"/cpro/{call}", None, headers, timeouts)
        headers["Content-Type"] = "application/json;charset=utf-8"
        content = json.dumps(body, ensure_ascii=False).encode()
        return self._lines.request(f"/cpro/{call}", content, headers, timeouts)

    def _send(self, request: httpx.Request, token: str, door: str, take: Take, *, writing: bool) -> tuple[int, bytes]:
        self._pace.wait()
        request.headers["Authorization"] = f"Bearer {token}"
        request.headers["cpro-account"] = self._account(door)
        with translated(CHORUS, writing=writing), self._lines.sent(request) as response:
            if not writing or response.status_code == httpx.codes.TOO_MANY_REQUESTS:
                later(response, CHORUS)
            return response.status_code, take(response)

    def _account(self, door: str) -> str:
        """Return the header of an account; its secret is read once, and again when it is refused."""
        if door not in self._accounts:
            self._accounts[door] = account_header(door, self._secret(self._passwords[door]))
        return self._accounts[door]


def _whole(response: httpx.Response) -> bytes:
    return read_limited(response, LARGEST_LIST, CHORUS)


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
