"""What is said to systemd: a datagram to the socket that it names (sd_notify(3)); nothing where it names none."""

import math
import os
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

MICRO: Final = 1_000_000
ABSTRACT: Final = "@"
STOP_WITHIN: Final = 600.0
"""Seconds for which time is asked, to end the steps that run."""


class Notifier:
    """Speaks to the manager of services, if there is one.

    Attributes:
        watchdog: seconds within which it wants to be told that we live; 0: it does not ask.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith(ABSTRACT) else address
        ours = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        asked = environment.get("WATCHDOG_USEC", "0")
        self.watchdog = int(asked) / MICRO if ours and asked.isdigit() else 0.0
        self._status = ""
        self._stopping_since = math.inf

    def ready(self) -> None:
        """Say that the service does its work from now on."""
        self._send("READY=1")

    def alive(self) -> None:
        """Say that the service lives, to whoever asked to be told."""
        if self.watchdog:
            self._send("WATCHDOG=1")

    def status(self, sentence: str) -> None:
        """Say in French what goes on, when it has changed."""
        if sentence != self._status:
            self._status = sentence
            self._send(f"STATUS={sentence}")

    def stopping(self) -> None:
        """Say that the service ends its work."""
        self._stopping_since = time.monotonic()
        self._send("STOPPING=1")

    def more_time(self, seconds: int) -> None:
        """Ask for time before being killed: to start, or to end what runs, which has its limit."""
        if time.monotonic() - self._stopping_since < STOP_WITHIN:
            self._send(f"EXTEND_TIMEOUT_USEC={seconds * MICRO}")

    def _send(self, text: str) -> None:
        """A manager that is away or full, or no socket left to reach it, kills nobody: it is told the next time."""
        if self._address:
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
                door.settimeout(0)
                door.sendto(text.encode(), self._address)
