"""An App whose every port is watched."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Final

from crash.campaign.crossings import AFTER, BEFORE, Crossings, worker
from dematfin.ports.app import App

REMOTE: Final = {
    "transmitter": ("send", "find", "confirm", "deposits", "follow", "returns", "fetch", "acknowledge"),
    "notice": ("publish",),
    "signer": ("submit", "collect", "release"),
    "documents": ("put", "put_file"),
    "exchange": ("prepare", "stage", "put", "taken", "refuse"),
}
"""Calls that leave something behind them in the world, by the port's place in App."""


def watch(app: App, crossings: Crossings) -> App:
    """Return the same app, watched."""
    ports: dict[str, Any] = {
        name: Watched(getattr(app, name), name, crossings, frozenset(REMOTE[name])) for name in REMOTE
    }
    return replace(app, ledger=WatchedLedger(app.ledger, crossings), **ports)


@dataclass
class Watched:
    """A port whose calls are crossings."""

    port: Any
    door: str
    crossings: Crossings
    calls: frozenset[str]

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        return self._call(found, name) if name in self.calls else found

    def _call(self, method: Callable[..., Any], name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            what = f"{self.door}.{name} {worker(sys._getframe(1))}"
            self.crossings.cross(what, BEFORE)
            result = method(*arguments, **named)
            self.crossings.cross(what, AFTER)
            return result

        return call


@dataclass
class WatchedLedger:
    """A ledger whose commits are crossings, and so are its leases."""

    ledger: Any
    crossings: Crossings

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ledger, name)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        what = f"écrire {worker(sys._getframe(1))}"
        with self.ledger.transaction() as books:
            yield books
            self.crossings.cross(what, BEFORE)
        self.crossings.cross(what, AFTER)

    @contextmanager
    def lease(self, step: str, holder: str) -> Iterator[str]:
        with self.ledger.lease(step, holder) as turn:
            self.crossings.cross(f"bail {step} pris", AFTER)
            yield turn
            self.crossings.cross(f"bail {step} rendu", BEFORE)
