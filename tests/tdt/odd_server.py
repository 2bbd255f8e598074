"""A TLS server whose connections are played by hand: what no HTTP library would send, cuts at a chosen byte."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dematfin.sandbox.server import HOST

OK: Final = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nOK\n"
RESET: Final = struct.pack("ii", 1, 0)
PATIENCE: Final = 5.0


@dataclass
class Connection:
    """One connection, shaken hands with; `received` is what was read of it."""

    socket: ssl.SSLSocket
    received: bytes = b""

    def read(self, size: int = 0) -> None:
        """Read a whole request, or its first `size` bytes only."""
        while not (len(self.received) >= size > 0 or (size == 0 and _whole(self.received))):
            chunk = self.socket.recv(65536)
            if not chunk:
                return
            self.received += chunk

    def say(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def reset(self) -> None:
        """Cut the connection as a machine that falls does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()


Manner = Callable[[Connection], None]


def fine(connection: Connection) -> None:
    """The connection test goes well."""
    connection.read()
    connection.say(OK)


def silent(connection: Connection) -> None:
    """Take the request, say nothing, hang up."""
    connection.read()


def hung(connection: Connection) -> None:
    """Take the request, say nothing, and stay."""
    connection.read()
    connection.socket.settimeout(PATIENCE)
    connection.socket.recv(1)  # until the client is tired of it


def deaf(connection: Connection) -> None:
    """Cut before the request was read whole."""
    connection.read(1000)
    connection.reset()


def saying(answer: bytes) -> Manner:
    """Take the request, say these very bytes, hang up."""

    def play(connection: Connection) -> None:
        connection.read()
        connection.say(answer)

    return play


class OddServer:
    """Plays one manner for each connection, in order; the last one again and again."""

    def __init__(self, context: ssl.SSLContext, manners: tuple[Manner, ...]) -> None:
        self.context = context
        self.seen: list[Connection] = []
        self._manners = list(manners)
        self._listener = socket.create_server((HOST, 0))
        self.url = f"https://{HOST}:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                accepted, _ = self._listener.accept()
                self._play(accepted)

    def _play(self, accepted: socket.socket) -> None:
        manner = self._manners.pop(0) if len(self._manners) > 1 else self._manners[0]
        with suppress(OSError), self.context.wrap_socket(accepted, server_side=True) as secured:
            connection = Connection(secured)
            self.seen.append(connection)
            manner(connection)


@contextmanager
def odd_server(tls: Path, *manners: Manner) -> Iterator[OddServer]:
    server = OddServer(server_context(tls), manners)
    try:
        yield server
    finally:
        server.stop()


def server_context(tls: Path) -> ssl.SSLContext:
    """Return what a platform that demands a client certificate shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls / "tdt-serveur.pem")
    context.load_verify_locations(tls / "tdt-ac.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def _whole(received: bytes) -> bool:
    head, found, body = received.partition(b"\r\n\r\n")
    if not found:
        return False
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return len(body) >= (int(lengths[0]) if lengths else 0)
