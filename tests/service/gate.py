"""A gate before a neighbour: while it is shut, whoever calls waits, and we know it; words for a process of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Final, Self

import structlog

PATIENCE: Final = 120.0
CHUNK: Final = 65_536


class Gate:
    """Hands connections over to a neighbour of the loopback, as long as it is open."""

    def __init__(self, door: socket.socket, target: int) -> None:
        self.port: int = door.getsockname()[1]
        self._door = door
        self._target = target
        self._open = threading.Event()
        self._called = threading.Semaphore(0)
        self._open.set()

    @classmethod
    @contextmanager
    def before(cls, target: int) -> Iterator[Self]:
        """Stand before the port of a neighbour."""
        with socket.create_server(("127.0.0.1", 0)) as door:
            gate = cls(door, target)
            threading.Thread(target=gate._keep, daemon=True).start()
            yield gate
            gate.open()

    def shut(self) -> None:
        """Keep whoever calls waiting."""
        self._open.clear()
        while self._called.acquire(blocking=False):
            pass

    def open(self) -> None:
        """Let everybody in, those who wait too."""
        self._open.set()

    def is_called(self) -> None:
        """Wait until somebody waits."""
        assert self._called.acquire(timeout=PATIENCE)

    def _keep(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._door.accept()
                self._called.release()
                threading.Thread(target=self._lead, args=(caller,), daemon=True).start()

    def _lead(self, caller: socket.socket) -> None:
        self._open.wait()
        with closing(caller), suppress(OSError), socket.create_connection(("127.0.0.1", self._target)) as inside:
            back = threading.Thread(target=_pour, args=(inside, caller), daemon=True)
            back.start()
            _pour(caller, inside)
            back.join()


def _pour(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            sink.sendall(chunk)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def say_an_account() -> None:
    """Say in a log what must not leave."""
    structlog.get_logger().info("virement sur FR7619999000170009876543276")
