"""The door of a platform that many share: each call is noted under its account, then feels the weather."""

import base64
import binascii
import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dematfin.sandbox.record import Journal
from dematfin.sandbox.server import Application, Reply, Request
from dematfin.sandbox.tdt.accounts import basic
from dematfin.sandbox.weather import Weather

BEHIND: Final = "/__sandbox__/"
"""What is asked by tests passes by, unseen."""
LATER: Final = Reply(status=503, body=b"<p>Service indisponible</p>", media_type="text/html")


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """Stands before an application; `caller` tells the login behind a request, empty when it bears none."""

    application: Application
    caller: Callable[[Request], str]
    weather: Weather
    calls: Journal

    def __call__(self, request: Request) -> Reply:
        """Answer, late or not at all, if that is how it is for this account."""
        if request.path.startswith(BEHIND):
            return self.application(request)
        login, sky = self.caller(request), self.weather.sky
        body = {"octets": len(request.body), "sha256": hashlib.sha256(request.body).hexdigest()}
        trouble = sky.comptes.get(login, "")
        self.calls.note("appel", compte=login, methode=request.method, chemin=request.path, etat=trouble, **body)
        if sky.is_hung(login):
            self.weather.wait_while_hung(login)
            return Reply(cut=0)
        if delay := sky.delay(login):
            threading.Event().wait(delay)
        return LATER if sky.is_down(login) else self.application(request)


def technical_account(request: Request) -> str:
    """Return the login of a technical account of Chorus Pro; whoever asks for a token has none yet."""
    try:
        words = base64.b64decode(request.headers.get("cpro-account", "")).decode("utf-8", "replace")
    except binascii.Error:
        return ""
    return words.partition(":")[0]


def tdt_login(request: Request) -> str:
    """Return the login of an account of the TdT, where several share a certificate."""
    return basic(request)[0]
