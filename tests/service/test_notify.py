"""What systemd is told, on real sockets, and when it is told nothing."""

import errno
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dematfin.config.service import ServiceSettings
from dematfin.service.attendant import attended
from dematfin.service.clock import Clock
from dematfin.service.notify import Notifier

Listen = Callable[[], list[str]]


@pytest.fixture(params=["file", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, Listen]]:
    """Return the address of a manager of services, and what it has been told."""
    path = str(tmp_path / "n.sock") if request.param == "file" else f"\0dematfin-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind(path)
        door.settimeout(0)

        def heard() -> list[str]:
            told = []
            while True:
                try:
                    told.append(door.recv(4096).decode())
                except BlockingIOError:
                    return told

        yield path.replace("\0", "@"), heard


def test_each_word_is_a_datagram(manager: tuple[str, Listen]) -> None:
    address, heard = manager
    ours = {"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}
    notifier = Notifier(ours)
    notifier.ready()
    for _ in range(2):
        notifier.status("Journée en cours : Valbrume")
    notifier.alive()
    notifier.more_time(60)
    notifier.stopping()
    assert notifier.watchdog == 60
    assert heard() == [
        "READY=1",
        "STATUS=Journée en cours : Valbrume",
        "WATCHDOG=1",
        "EXTEND_TIMEOUT_USEC=60000000",
        "STOPPING=1",
    ]


@pytest.mark.parametrize("asked", [{}, {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, {"WATCHDOG_USEC": "x"}])
def test_a_watchdog_that_asks_nothing_of_us_is_told_nothing(asked: dict[str, str], manager: tuple[str, Listen]) -> None:
    address, heard = manager
    Notifier({"NOTIFY_SOCKET": address, **asked}).alive()
    assert heard() == []


@pytest.mark.parametrize("address", ["", "/nulle/part", "@personne-ici"])
def test_nobody_to_tell_is_no_trouble(address: str) -> None:
    Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "1000000"}).alive()


def test_no_socket_left_to_tell_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": "@personne-ici", "WATCHDOG_USEC": "1000000"})

    def too_many(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(socket, "socket", too_many)
    notifier.alive()


def test_the_watchdog_hears_of_the_scheduler_and_its_threads_only(
    manager: tuple[str, Listen], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address, heard = manager
    (tmp_path / "config.toml").write_text('[collectivite]\nsiret = "21990042000015"\n', encoding="utf-8")
    notifier = Notifier({"NOTIFY_SOCKET": address, "WATCHDOG_USEC": "60000000"})
    clock = Clock(tmp_path / "config.toml", "", lambda _: None, notifier)
    with attended(lambda: (), ServiceSettings(), clock._homes.app) as attendant:
        clock._live(attendant)
        assert "WATCHDOG=1" not in heard(), "a scheduler that has not begun yet"
        clock._beat()
        clock._live(attendant)
        assert "WATCHDOG=1" in heard()
        clock.beats.beaten_at = time.monotonic() - 40
        clock._live(attendant)
        assert heard() == [], "a scheduler that died"

        def no_more(_: threading.Thread) -> None:
            message = "can't start new thread"
            raise RuntimeError(message)

        monkeypatch.setattr(threading.Thread, "start", no_more)
        with pytest.raises(RuntimeError):
            clock._ring("21990042000015")
        with pytest.raises(RuntimeError):
            clock._beat()
        clock._live(attendant)
        assert heard() == [], "threads that begin no more"
