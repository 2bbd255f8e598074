"""A small HTTP(S) server on the loopback, with connections kept alive."""

import errno
import json
import ssl
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from dematfin.errors import ConfigError

HOST: Final = "127.0.0.1"
LARGEST: Final = 200 * 1024 * 1024
CHUNK: Final = 1024 * 1024
PROMPTLY: Final = 0.02
"""Seconds that a stop may wait."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `peer` is the client's certificate in DER, over TLS."""

    method: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes
    peer: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer.

    Attributes:
        cut: bytes of the body really sent before the connection is cut; 0 sends nothing at all, None everything.
        sent: called once the whole answer has been written.
    """

    status: int = 200
    body: bytes = b""
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None
    sent: Callable[[], None] | None = None


def json_reply(body: Any, status: int = 200, **options: Any) -> Reply:
    """Return a JSON answer."""
    return Reply(status=status, body=json.dumps(body, ensure_ascii=False).encode(), **options)


Application = Callable[[Request], Reply]


class LoopbackServer:
    """Serves an application in threads, on a port that may be chosen freely."""

    def __init__(self, application: Application, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        handler = type("Handler", (_Handler,), {"application": staticmethod(application)})
        try:
            self._server = _Server((HOST, port), handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            message = f"Le port {port} est déjà pris : le bac à sable de ce dossier tourne peut-être déjà."
            raise ConfigError(message) from error
        self._server.tls = tls
        self._thread = threading.Thread(target=self._server.serve_forever, args=(PROMPTLY,), daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Stop listening, whether it has begun or not."""
        if self._thread.ident is not None:
            self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the thread of the connection, so that a bad client holds nobody up."""
        if self.tls is None:
            super().finish_request(request, client_address)
            return
        with suppress(ssl.SSLError, OSError), self.tls.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show our own mistakes; a client that hangs up is its own business."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120
    application: Application

    def do_GET(self) -> None:
        """Answer."""
        self._answer()

    def do_POST(self) -> None:
        """Answer."""
        self._answer()

    def _answer(self) -> None:
        url = urlsplit(self.path)
        peer = self.connection.getpeercert(binary_form=True) if isinstance(self.connection, ssl.SSLSocket) else None
        request = Request(
            method=self.command,
            path=url.path,
            query={name: values[0] for name, values in parse_qs(url.query).items()},
            headers=self.headers,
            body=self._body(),
            peer=peer,
        )
        self._send(type(self).application(request))

    def _body(self) -> bytes:
        """Read what is sent; beyond its limit PHP drops everything, and goes on with an empty request."""
        length = int(self.headers.get("Content-Length") or 0)
        if length <= LARGEST:
            return self.rfile.read(length)
        while length > 0 and (dropped := self.rfile.read(min(length, CHUNK))):
            length -= len(dropped)
        return b""

    def _send(self, reply: Reply) -> None:
        if reply.cut == 0:
            self.close_connection = True
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.media_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])
        self.wfile.flush()
        if reply.cut is not None:
            self.close_connection = True
            return
        if reply.sent is not None:
            reply.sent()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the base class
        """The journal is elsewhere."""
