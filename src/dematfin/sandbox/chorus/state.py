"""What Chorus Pro holds: invoices, the history of their statuses, who downloaded them."""

from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from dematfin.sandbox.record import State
from dematfin.sandbox.world import Invoice, World

PARIS: Final = ZoneInfo("Europe/Paris")
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS facture (
  id INTEGER PRIMARY KEY, dossier TEXT, donnees TEXT, statut TEXT, statut_le TEXT, commentaire TEXT,
  mandat TEXT DEFAULT '', telechargee INTEGER DEFAULT 0);
CREATE TABLE IF NOT EXISTS passage (
  id INTEGER PRIMARY KEY AUTOINCREMENT, facture INTEGER, code TEXT, le TEXT, commentaire TEXT);
CREATE TABLE IF NOT EXISTS action (
  id INTEGER PRIMARY KEY AUTOINCREMENT, facture INTEGER, code TEXT, le TEXT);
CREATE TABLE IF NOT EXISTS monde (fait INTEGER);
CREATE INDEX IF NOT EXISTS passage_facture ON passage (facture);
CREATE INDEX IF NOT EXISTS facture_statut ON facture (statut_le);
"""


class Invoices:
    """The invoices of the platform."""

    def __init__(self, path: Path, world: World, folder: Path) -> None:
        self._state = State(path, SCHEMA)
        self._structures = {structure.id: structure for structure in world.structures}
        with self._state.change():
            if not self._state.rows("SELECT fait FROM monde"):
                self._state.run("INSERT INTO monde VALUES (1)")
                for invoice in world.factures:
                    self.add(invoice, folder)

    def add(self, invoice: Invoice, folder: Path) -> None:
        """Take an invoice that a supplier deposits; its files are relative to `folder`."""
        with self._state.change():
            last = invoice.statuts[-1]
            self._state.run(
                "INSERT INTO facture (id, dossier, donnees, statut, statut_le, commentaire) VALUES (?, ?, ?, ?, ?, ?)",
                (invoice.id, str(folder), invoice.model_dump_json(), last.code, iso(last.le), last.commentaire),
            )
            for step in invoice.statuts:
                self._passage(invoice.id, step.code, step.le, step.commentaire)

    def get(self, key: int) -> Any | None:
        """Return one row, or None."""
        return self._state.one("SELECT * FROM facture WHERE id = ?", (key,))

    def all(self, structures: tuple[int, ...]) -> list[tuple[Any, Invoice]]:
        """Return the invoices addressed to some structures, with their data."""
        rows = ((row, data(row)) for row in self._state.rows("SELECT * FROM facture ORDER BY id"))
        return [(row, invoice) for row, invoice in rows if invoice.structure in structures]

    def between(self, structures: tuple[int, ...], since: Any, until: Any) -> list[tuple[Any, Invoice]]:
        """Return the invoices whose status changed in a window; an end without a time leaves its whole day out."""
        low = iso(_instant(str(since))) if since else ""
        high = iso(_instant(str(until))) if until else "9"
        query = "SELECT * FROM facture WHERE statut_le >= ? AND statut_le <= ? ORDER BY id"
        rows = ((row, data(row)) for row in self._state.rows(query, (low, high)))
        return [(row, invoice) for row, invoice in rows if invoice.structure in structures]

    def change(self, key: int, changes: dict[str, Any]) -> None:
        """Change what the supplier wrote."""
        row = self.get(key)
        if row is not None:
            changed = data(row).model_copy(update=changes)
            self._state.run("UPDATE facture SET donnees = ? WHERE id = ?", (changed.model_dump_json(), key))

    def history(self, key: int) -> list[Any]:
        """Return the statuses of an invoice, newest first."""
        return self._state.rows("SELECT * FROM passage WHERE facture = ? ORDER BY id DESC", (key,))

    def actions(self, key: int) -> list[Any]:
        """Return what users did with an invoice, newest first."""
        return self._state.rows("SELECT * FROM action WHERE facture = ? ORDER BY id DESC", (key,))

    def set_status(self, key: int, code: str, comment: str, mandat: str) -> None:
        """Move an invoice to a status, now."""
        now = datetime.now(UTC)
        with self._state.change():
            self._state.run(
                "UPDATE facture SET statut = ?, statut_le = ?, commentaire = ?, mandat = ? WHERE id = ?",
                (code, iso(now), comment, mandat, key),
            )
            self._passage(key, code, now, comment)

    def downloaded(self, key: int) -> None:
        """Remember a download: the flag flips for everybody."""
        with self._state.change():
            self._state.run("UPDATE facture SET telechargee = 1 WHERE id = ?", (key,))
            now = iso(datetime.now(UTC))
            self._state.run(
                "INSERT INTO action (facture, code, le) VALUES (?, 'TELECHARGEMENT_FACTURE', ?)", (key, now)
            )

    def statuses(self) -> dict[str, str]:
        """Return the last status of every invoice."""
        return {str(row["id"]): row["statut"] for row in self._state.rows("SELECT id, statut FROM facture ORDER BY id")}

    def close(self) -> None:
        """Close the base."""
        self._state.close()

    def _passage(self, key: int, code: str, at: datetime, comment: str) -> None:
        self._state.run(
            "INSERT INTO passage (facture, code, le, commentaire) VALUES (?, ?, ?, ?)", (key, code, iso(at), comment)
        )


def data(row: Any) -> Invoice:
    """Return the deposited data of a row."""
    return _read(row["donnees"])


@lru_cache(maxsize=50_000)
def _read(text: str) -> Invoice:
    return Invoice.model_validate_json(text)


def _instant(text: str) -> datetime:
    if "T" not in text:
        return datetime.combine(date.fromisoformat(text), time(), PARIS)
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=PARIS)


def iso(at: datetime) -> str:
    """Write an instant as Chorus Pro does: local time, milliseconds, offset."""
    return at.astimezone(PARIS).isoformat(timespec="milliseconds")


def minutes(text: str) -> str:
    """Write an instant as histories do: no seconds, no zone."""
    return datetime.fromisoformat(text).astimezone(PARIS).strftime("%Y-%m-%d %H:%M")
