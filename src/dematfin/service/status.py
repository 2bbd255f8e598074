"""`/healthz`, `/readyz`, `/metrics`: a small server, for who watches over it, on the loopback by default."""

import json
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Thread
from time import monotonic
from typing import Any, Final
from urllib.parse import urlsplit

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from dematfin.config.service import ServiceSettings
from dematfin.domain.unattended.health import Grade, Trouble
from dematfin.errors import ConfigError
from dematfin.service.metrics import Measures
from dematfin.service.watch import Look, Watch
from dematfin.support.refusals import reason

SILENT_FOR: Final = 120.0
"""Seconds without a beat after which the main loop is said to be stuck."""
AT_ONCE: Final = 32
"""Callers answered at the same time; one more is hung up on: a thread each must not cost the service its own."""
PLAIN: Final = "text/plain; charset=utf-8"
JSON: Final = "application/json"
Page = tuple[HTTPStatus, str, bytes]


@dataclass
class Pulse:
    """The beat of a main loop: it is alive as long as it says so."""

    silent_for: float = SILENT_FOR
    _last: float = field(default_factory=monotonic)

    def beat(self) -> None:
        """Say that the loop turns."""
        self._last = monotonic()

    @property
    def is_alive(self) -> bool:
        """Whether the loop has turned lately."""
        return monotonic() - self._last < self.silent_for


def serve(watch: Watch, measures: Measures, pulse: Pulse, settings: ServiceSettings) -> Callable[[], None]:
    """Answer at the address of `[service]` until the returned function is called; with port 0, nowhere.

    Raises:
        ConfigError: the address cannot be opened.
    """
    if not settings.port:
        return _nothing

    class Handler(_Handler):
        def page(self, path: str, *, json_wanted: bool) -> Page | None:
            match path:
                case "/healthz":
                    return healthz(pulse)
                case "/readyz":
                    return readyz(watch.looks(), json_wanted=json_wanted)
                case "/metrics":
                    return HTTPStatus.OK, CONTENT_TYPE_PLAIN_0_0_4, measures.exposition()
                case _:
                    return None

    server = _opened(settings, Handler)
    thread = Thread(target=server.serve_forever, name="etat", daemon=True)
    thread.start()

    def close() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return close


def healthz(pulse: Pulse) -> Page:
    """Say whether the main loop beats."""
    if pulse.is_alive:
        return HTTPStatus.OK, PLAIN, b"ok\n"
    return HTTPStatus.SERVICE_UNAVAILABLE, PLAIN, b"ko : la boucle principale ne tourne plus.\n"


def readyz(looks: Iterable[Look], *, json_wanted: bool) -> Page:
    """Say what is wrong, with no detail that would name somebody; what is only to be seen does not count as broken."""
    told = [(look, trouble) for look in looks for trouble in look.troubles]
    broken = any(trouble.grade is Grade.BROKEN for _, trouble in told)
    status = HTTPStatus.SERVICE_UNAVAILABLE if broken else HTTPStatus.OK
    if json_wanted:
        body = {"ok": not broken, "troubles": [_told(look, trouble) for look, trouble in told]}
        return status, JSON, json.dumps(body, ensure_ascii=False).encode()
    lines = ["ko" if broken else "ok", *(f"{look.siret or look.name} : {one.sentence}" for look, one in told)]
    return status, PLAIN, "".join(f"{line}\n" for line in lines).encode()


def _told(look: Look, trouble: Trouble) -> dict[str, object]:
    return {"coll": look.siret, "code": trouble.code, "grade": int(trouble.grade), "sentence": trouble.sentence}


class _Handler(BaseHTTPRequestHandler):
    """One request; what is not asked for with GET, or is not one of the pages, gets a bare refusal."""

    timeout = 10
    server_version = "dematfin"
    sys_version = ""

    def page(self, path: str, *, json_wanted: bool) -> Page | None:
        """Return a page; None: there is none at this address."""
        raise NotImplementedError

    def do_GET(self) -> None:
        """Answer."""
        wanted = JSON in self.headers.get("Accept", "")
        found = self.page(urlsplit(self.path).path, json_wanted=wanted)
        status, kind, body = found or (HTTPStatus.NOT_FOUND, PLAIN, "Rien à cette adresse.\n".encode())
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: monitoring asks all day long."""


def _opened(settings: ServiceSettings, handler: type[BaseHTTPRequestHandler]) -> ThreadingHTTPServer:
    try:
        return _Server((settings.ecoute, settings.port), handler)
    except OSError as error:
        where = f"{settings.ecoute}:{settings.port}"
        message = f"L'adresse {where} ne peut pas être ouverte : {reason(error)}. Changez ecoute ou port de [service]."
        raise ConfigError(message) from error


class _Server(ThreadingHTTPServer):
    """Its threads end with the process."""

    daemon_threads = True
    address_family = socket.AF_INET

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        self._places = BoundedSemaphore(AT_ONCE)
        super().__init__(address, handler)

    def process_request(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """Answer in a thread, where there is a place."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except RuntimeError:  # no thread begins any more
            self._places.release()
            raise

    def process_request_thread(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        """Answer, and give the place to the next one."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """Let a caller that hung up go."""


def _nothing() -> None:
    """Close nothing."""
