"""What the finance software remembers, in a small base of its own: it may be stopped at any time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from dematfin.sandbox.editor.pieces import Bordereau, Piece
from dematfin.sandbox.record import State as Base

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS piece (sort TEXT, numero INTEGER, body TEXT NOT NULL, PRIMARY KEY (sort, numero));
CREATE TABLE IF NOT EXISTS bordereau (sort TEXT, numero INTEGER, body TEXT NOT NULL, PRIMARY KEY (sort, numero));
CREATE TABLE IF NOT EXISTS export (nomfic TEXT, sort TEXT, bordereau INTEGER, PRIMARY KEY (nomfic, sort, bordereau));
CREATE TABLE IF NOT EXISTS seen (name TEXT PRIMARY KEY);
"""


class Memory:
    """Pieces, bordereaux, the flows that left, the files that were read."""

    def __init__(self, path: Path) -> None:
        self._base = Base(path, SCHEMA)

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make several changes at once, or none."""
        with self._base.change():
            yield

    def keep(self, *things: Piece | Bordereau) -> None:
        """Write pieces and bordereaux, new or changed."""
        for one in things:
            table = "piece" if isinstance(one, Piece) else "bordereau"
            query = f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?)"  # noqa: S608 - one of ours
            self._base.run(query, (one.sort, one.numero, one.model_dump_json()))

    def pieces(self) -> tuple[Piece, ...]:
        """Return every piece, by number."""
        rows = self._base.rows("SELECT body FROM piece ORDER BY sort, numero")
        return tuple(Piece.model_validate_json(row["body"]) for row in rows)

    def bordereaux(self) -> tuple[Bordereau, ...]:
        """Return every bordereau, by number."""
        rows = self._base.rows("SELECT body FROM bordereau ORDER BY sort, numero")
        return tuple(Bordereau.model_validate_json(row["body"]) for row in rows)

    def left(self, nomfic: str, bordereaux: tuple[Bordereau, ...]) -> None:
        """Remember under which name bordereaux left."""
        for one in bordereaux:
            self._base.insert("export", {"nomfic": nomfic, "sort": one.sort, "bordereau": one.numero})

    def under(self, nomfic: str) -> set[tuple[str, int]]:
        """Return the bordereaux that left under a name; none when it is not one of ours."""
        rows = self._base.rows("SELECT sort, bordereau FROM export WHERE nomfic = ?", (nomfic,))
        return {(row["sort"], row["bordereau"]) for row in rows}

    def first_sight(self, name: str) -> bool:
        """Say whether a file was never read before; it has been, from now on."""
        if self._base.one("SELECT 1 FROM seen WHERE name = ?", (name,)):
            return False
        self._base.insert("seen", {"name": name})
        return True

    def close(self) -> None:
        """Close the base."""
        self._base.close()
