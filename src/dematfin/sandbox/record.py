"""What a neighbour remembers: its own journal of what it received, and the state that it restarts with."""

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class Journal:
    """JSON lines, appended as things happen; written by the neighbour, never by the product."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()

    def note(self, what: str, **details: Any) -> None:
        """Append one line."""
        line = {"at": datetime.now(UTC).isoformat(), "what": what, **details}
        with self._lock, self._path.open("a", encoding="utf-8") as sink:
            sink.write(json.dumps(line, ensure_ascii=False) + "\n")

    def lines(self) -> list[dict[str, Any]]:
        """Read everything back."""
        if not self._path.exists():
            return []
        return [json.loads(line) for line in self._path.read_text(encoding="utf-8").splitlines()]


class State:
    """A small SQLite base; one writer at a time, rows by name."""

    def __init__(self, path: Path, schema: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=NORMAL")
        self._connection.executescript(schema)
        self._lock = threading.RLock()

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make several changes at once, or none."""
        with self._lock:
            self._connection.execute("SAVEPOINT change")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK TO change")
                raise
            finally:
                self._connection.execute("RELEASE change")

    def run(self, query: str, values: Sequence[Any] = ()) -> int:
        """Run a statement and return the id of the row that it made."""
        with self._lock:
            return self._connection.execute(query, values).lastrowid or 0

    def insert(self, table: str, row: dict[str, Any]) -> int:
        """Insert a row given by column and return its id; names come from us, never from outside."""
        marks = ", ".join("?" for _ in row)
        return self.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))  # noqa: S608

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return the rows of a query."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def one(self, query: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row, or None."""
        return next(iter(self.rows(query, values)), None)

    def close(self) -> None:
        """Close the base."""
        with self._lock:
            self._connection.close()
