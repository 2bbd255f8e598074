"""What the i-Parapheur holds: folders with their documents, their metadata and the log of what happened to them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.record import State

IN_CIRCUIT, OURS, FINISHED, REJECTED = "circuit", "nous", "fini", "rejete"
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS dossier (
  id TEXT PRIMARY KEY, titre TEXT, type TEXT, sous_type TEXT, visibilite TEXT, limite TEXT, publique TEXT, privee TEXT,
  place TEXT, rang INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS document (
  numero INTEGER PRIMARY KEY AUTOINCREMENT, dossier TEXT, principal INTEGER, nom TEXT, media TEXT, donnees BLOB);
CREATE TABLE IF NOT EXISTS meta (dossier TEXT, nom TEXT, valeur TEXT, PRIMARY KEY (dossier, nom));
CREATE TABLE IF NOT EXISTS log (
  numero INTEGER PRIMARY KEY AUTOINCREMENT, dossier TEXT, le TEXT, nom TEXT, statut TEXT, annotation TEXT);
"""


class Folders:
    """The folders, kept from one start to the next."""

    def __init__(self, folder: Path) -> None:
        self.base = State(folder / "etat.db", SCHEMA)

    def get(self, key: str) -> Any | None:
        """Return a folder, or None."""
        return self.base.one("SELECT * FROM dossier WHERE id = ?", (key,))

    def all(self) -> list[Any]:
        """Return every folder."""
        return self.base.rows("SELECT * FROM dossier ORDER BY id")

    def add(self, row: dict[str, Any]) -> None:
        """Take a folder in."""
        self.base.insert("dossier", row)

    def attach(self, key: str, name: str, media: str, data: bytes, *, main: bool = False) -> None:
        """Put a document into a folder, after the others."""
        self.base.insert(
            "document", {"dossier": key, "principal": int(main), "nom": name, "media": media, "donnees": data}
        )

    def rewrite(self, key: str, data: bytes) -> None:
        """Put other bytes in the place of the main document."""
        self.base.run("UPDATE document SET donnees = ? WHERE dossier = ? AND principal = 1", (data, key))

    def documents(self, key: str, *, main: bool) -> list[Any]:
        """Return the main document, or the annexes in their order."""
        query = "SELECT * FROM document WHERE dossier = ? AND principal = ? ORDER BY numero"
        return self.base.rows(query, (key, int(main)))

    def say(self, key: str, name: str, value: str) -> None:
        """Set a metadata."""
        self.base.run("INSERT OR REPLACE INTO meta VALUES (?, ?, ?)", (key, name, value))

    def metadata(self, key: str) -> dict[str, str]:
        """Return the metadata of a folder."""
        rows = self.base.rows("SELECT * FROM meta WHERE dossier = ? ORDER BY nom", (key,))
        return {row["nom"]: row["valeur"] for row in rows}

    def log(self, key: str, who: str, status: str, annotation: str) -> None:
        """Write down what happened."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.base.insert("log", {"dossier": key, "le": at, "nom": who, "statut": status, "annotation": annotation})

    def history(self, key: str) -> list[Any]:
        """Return what happened to a folder, oldest first."""
        return self.base.rows("SELECT * FROM log WHERE dossier = ? ORDER BY numero", (key,))

    def put(self, key: str, place: str, rank: int) -> None:
        """Move a folder."""
        self.base.run("UPDATE dossier SET place = ?, rang = ? WHERE id = ?", (place, rank, key))

    def delete(self, key: str) -> None:
        """Forget a folder, as its deletion does."""
        for table in ("document", "meta", "log"):
            self.base.run(f"DELETE FROM {table} WHERE dossier = ?", (key,))  # noqa: S608 - our names
        self.base.run("DELETE FROM dossier WHERE id = ?", (key,))
