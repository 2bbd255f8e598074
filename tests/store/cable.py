"""A cable between a program and PostgreSQL, which can be cut at the very COMMIT."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

COMMIT = b"COMMIT\x00"


class Cable:
    """Listens on the loopback, passes all on to the socket of a server; `cut`: "", "before" or "after" the COMMIT."""

    def __init__(self, server: Path) -> None:
        self.cut = ""
        self._server = server
        self._door = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._welcome, daemon=True).start()

    @property
    def port(self) -> int:
        found: int = self._door.getsockname()[1]
        return found

    def close(self) -> None:
        self._door.close()

    def _welcome(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._door.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                threading.Thread(target=self._there, args=(client, server), daemon=True).start()

    def _there(self, client: socket.socket, server: socket.socket) -> None:
        back = threading.Thread(target=self._back, args=(client, server), daemon=True)
        back.start()
        with closing(client), closing(server), suppress(OSError):
            while asked := client.recv(65536):
                if COMMIT in asked and self.cut == "before":
                    break
                if COMMIT in asked and self.cut == "after":
                    client.shutdown(socket.SHUT_RDWR)
                    server.sendall(asked)
                    back.join()
                    break
                server.sendall(asked)
            self._hang_up(client, server)

    def _back(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while said := server.recv(65536):
                client.sendall(said)

    def _hang_up(self, *ends: socket.socket) -> None:
        for end in ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def cable(folder: Path) -> Iterator[Cable]:
    """Lay a cable to the server whose socket is in a folder."""
    laid = Cable(folder / ".s.PGSQL.5432")
    try:
        yield laid
    finally:
        laid.close()
