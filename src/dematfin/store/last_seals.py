"""The last seal of each record, and who names each document, while a base is verified.

A town of ten years has millions of them: they are kept in a temporary base of SQLite, which goes to the disk by
itself when it grows, and is gone when it is closed.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple, Self

from dematfin.store.engine import SQLITE

TABLES: Final = """
CREATE TABLE last (place TEXT, id TEXT, digest TEXT, sequence INTEGER, at TEXT, seen INTEGER, PRIMARY KEY (place, id))
    WITHOUT ROWID;
CREATE TABLE named (sha256 TEXT, size INTEGER, place TEXT, id TEXT, PRIMARY KEY (sha256, place, id)) WITHOUT ROWID;
"""


class LastSeal(NamedTuple):
    """What was last sealed of a record, and by which seal."""

    digest: str
    sequence: int
    at: datetime | None


class LastSeals:
    """A temporary base."""

    def __init__(self) -> None:
        self._base = SQLITE.connect("", isolation_level=None)
        self._base.executescript(TABLES)
        self._base.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._base.close()

    def sealed(self, sequence: int, at: datetime | None, content: str) -> None:
        """Take the content of a seal in: it has the last word on what it names."""
        told, said = json.loads(content), at.isoformat() if at else None
        rows = [(place, key, one, sequence, said) for place, its in told.items() for key, one in its.items()]
        self._base.executemany("INSERT OR REPLACE INTO last VALUES (?, ?, ?, ?, ?, 0)", rows)

    def of(self, place: str, key: str) -> LastSeal | None:
        """Return the last seal of a record, or of a series."""
        query = "SELECT digest, sequence, at FROM last WHERE place = ? AND id = ?"
        row = self._base.execute(query, (place, key)).fetchone()
        return LastSeal(row[0], row[1], _moment(row[2])) if row else None

    def saw(self, place: str, keys: Iterable[str]) -> None:
        """Note that records are there."""
        self._base.executemany("UPDATE last SET seen = 1 WHERE place = ? AND id = ?", [(place, key) for key in keys])

    def ids(self, place: str) -> Iterator[str]:
        """Yield the records of a table that were sealed."""
        for (key,) in self._base.execute("SELECT id FROM last WHERE place = ?", (place,)):
            yield key

    def unseen(self) -> Iterator[tuple[str, str, LastSeal]]:
        """Yield the records that were sealed and are not there."""
        rows = self._base.execute("SELECT place, id, digest, sequence, at FROM last WHERE seen = 0 ORDER BY place, id")
        for place, key, digest, sequence, at in rows:
            yield place, key, LastSeal(digest, sequence, _moment(at))

    def names(self, rows: Iterable[tuple[str, int, str, str]]) -> None:
        """Note that records name documents: fingerprint, size, table, id."""
        self._base.executemany("INSERT OR IGNORE INTO named VALUES (?, ?, ?, ?)", rows)

    def documents(self) -> Iterator[tuple[str, int]]:
        """Yield each document that is named, once: fingerprint and size."""
        query: Any = "SELECT sha256, min(size) FROM named GROUP BY sha256 ORDER BY sha256"
        yield from self._base.execute(query)

    def owners(self, sha256: str) -> list[tuple[str, str]]:
        """Return the records that name a document: table and id."""
        return list(self._base.execute("SELECT place, id FROM named WHERE sha256 = ? ORDER BY place, id", (sha256,)))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
