"""What may befall any script of the module: an answer that is not its own, or its own late, cut, mislabelled.

HTTP 200 proves nothing here: half of these have it.
"""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.server import Reply
from dematfin.sandbox.tdt import envelopes

PHP: Final = b"<br />\n<b>Fatal error</b>:  Uncaught Error: Call to a member function createElement() on null"
ENVELOPE: Final = re.compile(rb"(<\?xml[^>]*\?>)?\s*<(?:import|transaction|liste|get_retour)\b")
DECLARED: Final = re.compile(r"^<\?xml[^>]*\?>")
LATIN_LABEL: Final = '<?xml version="1.0" encoding="ISO-8859-1"?>'
FAILED: Final = "Échec de l'authentification"
ELSEWHERE: Final = {
    "to_login": "/login.php",
    "to_connexion_status": "/connexion-status",
    "to_index": "/modules/helios/index.php",
    "to_root": "/",
}
INSTEAD: Final[dict[str, Reply]] = {
    "bad_gateway": Reply(status=502, body=b"<html>Bad Gateway</html>", media_type="text/html"),
    "unavailable": Reply(status=503, body=b"<html>Service Unavailable</html>", media_type="text/html"),
    "server_error": Reply(status=500, body=PHP, media_type="text/html"),
    "empty_500": Reply(status=500, media_type="text/html"),
    "login_page": envelopes.login_page(),
    "ko_text": envelopes.plain_ko(FAILED),
    "ko_api": envelopes.api_ko(FAILED),
    **{name: envelopes.elsewhere(page) for name, page in ELSEWHERE.items()},
}


def instead(faults: Faults) -> Reply | None:
    """Return what is answered instead of running the script, or None."""
    return next((reply for name, reply in INSTEAD.items() if faults.take(name)), None)


def upset(reply: Reply, faults: Faults) -> Reply:
    """Return what becomes of an answer on its way."""
    if faults.take("slow"):
        threading.Event().wait(faults.seconds)
    if ENVELOPE.match(reply.body):
        for name, spoilt in CHARSETS.items():
            if faults.take(name):
                reply = replace(reply, body=spoilt(reply.body))
    return replace(reply, cut=len(reply.body) // 2) if faults.take("truncated") else reply


def _text(body: bytes) -> str:
    """Return an envelope without its declaration."""
    latin = b"ISO-8859-1" in body[:60]
    return DECLARED.sub("", body.decode("iso-8859-1" if latin else "utf-8"))


def _mislabelled(body: bytes) -> bytes:
    return (LATIN_LABEL + _text(body)).encode()


def _undeclared(body: bytes) -> bytes:
    return _text(body).lstrip().encode("iso-8859-1", "xmlcharrefreplace")


CHARSETS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "utf8_as_latin": _mislabelled,
    "latin_undeclared": _undeclared,
}
