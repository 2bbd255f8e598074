"""What the gateway may do to a call before Chorus Pro sees it: wait, refuse, or answer nonsense."""

import threading
from typing import Final

from dematfin.sandbox.chorus.envelope import UNKNOWN, UNKNOWN_INVOICE
from dematfin.sandbox.faults import Faults
from dematfin.sandbox.server import Reply, json_reply

SLOW: Final = 0.2
"""Seconds of a slow answer."""


class Gateway:
    """Commits the faults that spare no call."""

    def __init__(self, faults: Faults, latency: float) -> None:
        """`latency` is in seconds, at every call."""
        self._faults = faults
        self._latency = latency

    def wait(self) -> None:
        """Take the time that the network takes."""
        delay = self._latency + (SLOW if self._faults.take("slow") else 0)
        if delay:
            threading.Event().wait(delay)

    def trouble(self) -> Reply | None:
        """Return the fault to commit instead of answering, or None."""
        return next((reply for name, reply in _TROUBLES.items() if self._faults.take(name)), None)


def _page(status: int, text: str) -> Reply:
    return Reply(status=status, body=f"<html><body>{text}</body></html>".encode(), media_type="text/html")


_TROUBLES: Final = {
    "bad_gateway": _page(502, "Bad Gateway"),
    "maintenance": _page(200, "Le service est en cours de maintenance."),
    "server_error": Reply(status=500, body=b"oops"),
    "bad_request_400": json_reply({"codeRetour": UNKNOWN, "libelle": UNKNOWN_INVOICE}, 400),
    "too_many_retry_after": Reply(status=429, headers={"Retry-After": "1"}),
    "too_many": Reply(status=429),
}
