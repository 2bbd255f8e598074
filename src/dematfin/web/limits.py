"""How much one visitor may ask: requests in a minute, bytes in a request."""

from collections import Counter
from threading import Lock
from time import monotonic
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dematfin.domain.visa.supporting import LARGEST

MINUTE: Final = 60.0
LARGEST_BODY: Final = LARGEST + 1_000_000
"""Bytes of a request: one document, and the form around it."""
TOO_LARGE: Final = "Ce que vous envoyez est trop lourd : 20 Mo au plus pour un document."


class Quota:
    """Counts what each visitor asks in the present minute."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def takes(self, visitor: str) -> bool:
        """Count one more request, and say whether it is within the limit."""
        minute = int(monotonic() / MINUTE)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, Counter()
            self._counts[visitor] += 1
            return self._counts[visitor] <= self._most


class TooLong(Exception):
    """More bytes than any of our forms sends."""


class BodyLimit:
    """Stops reading a request that is too long, whatever length it announces."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the bytes as they come."""
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > LARGEST_BODY:
                raise TooLong(TOO_LARGE)
            return message

        await self._app(scope, counted, send)
