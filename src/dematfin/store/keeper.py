"""Leases are short, and renewed while they are held: one small thread of the process does it, and ends with it."""

import os
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from dematfin.errors import ComeBackLater

LENGTH: Final = timedelta(seconds=150)
"""How long a lease lasts that is not renewed: its holder, on another machine, is dead or cut off."""
BEAT = 30
"""Seconds between two renewals: a base that is away for two minutes costs nobody a lease."""

Act = Callable[[], None]


class Keeper:
    """Renews what this process holds, and gives back what could not be given back at once."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Hold nothing: a process that was forked has none of its parent's leases, nor its thread."""
        self._lock = threading.Lock()
        self._held: dict[str, Act] = {}
        self._owed: dict[str, Act] = {}
        self._thread: threading.Thread | None = None

    def holds(self, turn: str) -> bool:
        """Say whether this process holds a turn."""
        return turn in self._held

    def keep(self, turn: str, renew: Act) -> None:
        """Renew a turn from now on."""
        with self._lock:
            self._held[turn] = renew
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, name="baux", daemon=True)
                self._thread.start()

    def drop(self, turn: str) -> None:
        """Renew a turn no more."""
        with self._lock:
            self._held.pop(turn, None)

    def give_back(self, turn: str, give: Act) -> None:
        """Give a turn back; later, when the base is away: what the run has done is written, and counts."""
        self.drop(turn)
        try:
            give()
        except ComeBackLater:
            self.owe(turn, give)

    def owe(self, turn: str, give: Act) -> None:
        """Give a turn back at the next beat: it may have been written down although its taking failed."""
        with self._lock:
            self._held.pop(turn, None)
            self._owed[turn] = give

    def beat(self) -> None:
        """Renew what is held, give back what is owed; what the base does not take now is tried again."""
        for turn, act in [*self._owed.items(), *self._held.items()]:
            try:
                act()
            except (ComeBackLater, SQLAlchemyError):  # one base that is spoilt costs the others no lease
                continue
            self._owed.pop(turn, None)

    def _watch(self) -> None:
        rest = threading.Event()
        try:
            while not rest.wait(BEAT) and self._is_needed():
                self.beat()
        finally:
            self._leave()

    def _is_needed(self) -> bool:
        """Say whether there is something to renew, and nobody else does it; else the next one begins a thread."""
        with self._lock:
            mine = self._thread is threading.current_thread()
            if mine and not self._held and not self._owed:
                self._thread = None
            return mine and self._thread is not None

    def _leave(self) -> None:
        """Whatever has stopped this thread, another one begins with the next lease."""
        with self._lock:
            if self._thread is threading.current_thread():
                self._thread = None


KEEPER: Final = Keeper()
os.register_at_fork(after_in_child=KEEPER.forget)
