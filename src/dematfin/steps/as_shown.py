"""A decision bears on what a person was shown: it is checked again in the very transaction that writes the decision."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from dematfin.ports.app import App
from dematfin.ports.ledger import Books, Ledger

Check = Callable[[Books], None]
"""Raises Conflict when something is not as it was shown any more."""


def as_shown(app: App, check: Check) -> App:
    """Return the same app for one act: its first transaction begins with a check, and is nothing when that fails."""
    return replace(app, ledger=_Checked(app.ledger, check))


class _Checked:
    """Implements ports.ledger.Ledger."""

    def __init__(self, ledger: Ledger, check: Check) -> None:
        self._checks = [check]
        self._ledger = ledger
        self.reading = ledger.reading
        self.lease = ledger.lease
        self.history = ledger.history
        self.following = ledger.following
        self.head = ledger.head
        self.sealed = ledger.sealed
        self.named_elsewhere = ledger.named_elsewhere
        self.end = ledger.end
        self.verify_journal = ledger.verify_journal

    @contextmanager
    def transaction(self) -> Iterator[Books]:
        """Open the books for writing, when what is in them is what was shown."""
        with self._ledger.transaction() as books:
            for check in self._checks:
                check(books)
            self._checks.clear()
            yield books
