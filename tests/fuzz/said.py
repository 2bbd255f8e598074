"""A neighbour on the loopback that says some bytes and hangs up, whatever it is asked."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

SMTP: Final = (
    b"220 poste\r\n250-poste\r\n250 SIZE 1000000\r\n250 ok\r\n250 ok\r\n354 dites\r\n250 pris\r\n221 adieu\r\n"
)
"""What a mail server says of one mail, line after line."""
ASKED: Final = 65536


@contextmanager
def say(data: bytes, *, talking: bool = False) -> Iterator[str]:
    """Lend the address of a neighbour; `talking`: it speaks first, then says an answer for each thing that it hears."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        play = threading.Thread(target=_talk if talking else _answer, args=(listener, data), daemon=True)
        play.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        play.join(5)


def _answer(listener: socket.socket, data: bytes) -> None:
    with suppress(OSError):
        caller, _ = listener.accept()
        with caller:
            caller.settimeout(5)
            caller.recv(ASKED)
            caller.sendall(data)


def _talk(listener: socket.socket, data: bytes) -> None:
    """Say one answer, which may be of several lines, then listen; the last one said, hang up."""
    with suppress(OSError):
        caller, _ = listener.accept()
        with caller:
            caller.settimeout(5)
            for line in data.split(b"\n"):
                caller.sendall(line + b"\n")
                if line[3:4] != b"-" and not caller.recv(ASKED):
                    return
