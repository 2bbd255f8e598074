"""A time for a whole call: the limits of the library are for one silence, and a byte a second would hold for days."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import httpx

SLOWEST: Final = 64 * 1024
"""Bytes a second below which a link is as good as cut."""

OVER: Final = "délai dépassé"


class _Watch:
    """Cuts one connection when its time is over.

    Attributes:
        over: whether it did.
    """

    def __init__(self, seconds: float) -> None:
        self.over = False
        self._socket: socket.socket | None = None
        self.timer = threading.Timer(seconds, self._cut)
        self.timer.daemon = True

    def trace(self, event: str, told: dict[str, Any]) -> None:
        """Take hold of the connection as soon as it is open, before TLS: a handshake may drip too."""
        if event == "connection.connect_tcp.complete":
            self._socket = told["return_value"].get_extra_info("socket").dup()

    def stop(self) -> None:
        """Let go of the connection."""
        self.timer.cancel()
        self.timer.join()
        if self._socket is not None:
            self._socket.close()

    def _cut(self) -> None:
        self.over = True
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


@contextmanager
def within(patience: float, size: int) -> Iterator[dict[str, Any]]:
    """Grant a call the time of one silence and that of its bytes; lend the extensions of its request.

    Raises:
        httpx.ReadTimeout: it was cut, and what was read of it may look whole.
    """
    watch = _Watch(patience + size / SLOWEST)
    watch.timer.start()
    try:
        yield {"trace": watch.trace}
    except httpx.ConnectError:  # nothing of the request has left
        raise
    except httpx.RequestError as error:
        if watch.over:
            raise httpx.ReadTimeout(OVER) from error
        raise
    finally:
        watch.stop()
    if watch.over:
        raise httpx.ReadTimeout(OVER)
