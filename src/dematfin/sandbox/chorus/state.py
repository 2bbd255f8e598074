"""What Chorus Pro holds: invoices, the history of their statuses, who downloaded them.

A base of its own. The columns that searches look at are made by SQLite from the deposited data, so that a page of a
long list costs one query and the reading of its own rows.
"""

import json
import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from dematfin.sandbox.chorus.frames import request_type
from dematfin.sandbox.record import State
from dematfin.sandbox.world import File, Invoice, World

PARIS: Final = ZoneInfo("Europe/Paris")
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS facture (
  id INTEGER PRIMARY KEY, dossier TEXT, donnees TEXT, statut TEXT, statut_le TEXT, instant REAL, commentaire TEXT,
  mandat TEXT DEFAULT '', telechargee INTEGER DEFAULT 0, renvoi TEXT DEFAULT 'Non', demande TEXT, fournisseur INTEGER,
  structure INTEGER AS (donnees ->> '$.structure') STORED,
  service TEXT AS (donnees ->> '$.service') STORED,
  numero TEXT AS (donnees ->> '$.numero') STORED,
  type TEXT AS (donnees ->> '$.type') STORED,
  cadre TEXT AS (donnees ->> '$.cadre') STORED,
  siret TEXT AS (donnees ->> '$.fournisseur.siret') STORED,
  nom TEXT AS (donnees ->> '$.fournisseur.nom') STORED,
  marche TEXT AS (donnees ->> '$.marche') STORED,
  engagement TEXT AS (donnees ->> '$.engagement') STORED,
  devise TEXT AS (donnees ->> '$.devise') STORED,
  emise_le TEXT AS (donnees ->> '$.emise_le') STORED,
  deposee_le TEXT AS (donnees ->> '$.deposee_le') STORED,
  ht REAL AS (donnees ->> '$.ht') STORED,
  ttc REAL AS (donnees ->> '$.ttc') STORED,
  net REAL AS (donnees ->> '$.net') STORED);
CREATE TABLE IF NOT EXISTS passage (
  id INTEGER PRIMARY KEY AUTOINCREMENT, facture INTEGER, code TEXT, le TEXT, commentaire TEXT);
CREATE TABLE IF NOT EXISTS action (
  id INTEGER PRIMARY KEY AUTOINCREMENT, facture INTEGER, code TEXT, le TEXT);
CREATE TABLE IF NOT EXISTS piece (id INTEGER PRIMARY KEY AUTOINCREMENT, donnees TEXT);
CREATE TABLE IF NOT EXISTS flux (
  id INTEGER PRIMARY KEY AUTOINCREMENT, numero TEXT UNIQUE, syntaxe TEXT, nom TEXT, le TEXT, sort TEXT);
CREATE TABLE IF NOT EXISTS monde (fait INTEGER);
CREATE INDEX IF NOT EXISTS passage_facture ON passage (facture);
CREATE INDEX IF NOT EXISTS action_facture ON action (facture);
CREATE INDEX IF NOT EXISTS facture_fenetre ON facture (structure, demande, instant);
"""
REMEMBERED: Final = 4096


class Invoices:
    """The invoices of the platform."""

    def __init__(self, path: Path, world: World, folder: Path) -> None:
        self._state = State(path, SCHEMA)
        with self._state.change():
            if not self._state.rows("SELECT fait FROM monde"):
                self._state.run("INSERT INTO monde VALUES (1)")
                for invoice in world.factures:
                    self.add(invoice, folder)

    def add(self, invoice: Invoice, folder: Path) -> None:
        """Take an invoice that a supplier deposits; its files are relative to `folder`."""
        last = invoice.statuts[-1]
        row = {
            "id": invoice.id,
            "dossier": str(folder),
            "donnees": invoice.model_dump_json(),
            "statut": last.code,
            "statut_le": iso(last.le),
            "instant": last.le.timestamp(),
            "commentaire": last.commentaire,
            "demande": request_type(invoice.cadre),
            "fournisseur": supplier_id(invoice.fournisseur.siret),
        }
        with self._state.change():
            self._state.insert("facture", row)
            for step in invoice.statuts:
                self._passage(invoice.id, step.code, step.le, step.commentaire)

    def change(self) -> AbstractContextManager[None]:
        """Look and change at once: nobody comes between."""
        return self._state.change()

    def get(self, key: int) -> Any | None:
        """Return one row, or None."""
        return self._state.one("SELECT * FROM facture WHERE id = ?", (key,))

    def count(self, condition: str, values: Sequence[Any]) -> int:
        """Count the rows of a condition, which comes from us; its values come from outside."""
        row = self._state.one(f"SELECT count(*) FROM facture WHERE {condition}", values)  # noqa: S608
        return int(row[0]) if row else 0

    def find(self, condition: str, values: Sequence[Any], order: str, window: tuple[int, int]) -> list[Any]:
        """Return the rows of a condition, in an order, from an offset, up to a number of them."""
        page = f"SELECT id FROM facture WHERE {condition} ORDER BY {order} LIMIT ? OFFSET ?"  # noqa: S608
        query = f"SELECT * FROM facture WHERE id IN ({page}) ORDER BY {order}"  # noqa: S608
        offset, size = window
        return self._state.rows(query, (*values, size, offset))

    def suppliers(self) -> list[Any]:
        """Return the number, the SIRET and the name of each supplier who deposited something."""
        return self._state.rows("SELECT fournisseur, siret, max(nom) AS nom FROM facture GROUP BY siret ORDER BY siret")

    def history(self, key: int) -> list[Any]:
        """Return the statuses of an invoice, newest first."""
        return self._state.rows("SELECT * FROM passage WHERE facture = ? ORDER BY id DESC", (key,))

    def actions(self, key: int) -> list[Any]:
        """Return what users did with an invoice, newest first."""
        return self._state.rows("SELECT * FROM action WHERE facture = ? ORDER BY id DESC", (key,))

    def set_status(self, key: int, code: str, comment: str, mandat: str) -> None:
        """Move an invoice to a status, now; a mandat once given stays."""
        now = datetime.now(UTC)
        with self._state.change():
            self._state.run(
                "UPDATE facture SET statut = ?, statut_le = ?, instant = ?, commentaire = ?,"
                " mandat = coalesce(nullif(?, ''), mandat) WHERE id = ?",
                (code, iso(now), now.timestamp(), comment, mandat, key),
            )
            self._passage(key, code, now, comment)

    def replace(self, invoice: Invoice, sent_again: str) -> None:
        """Take what a supplier changed in an invoice; `sent_again` is the Renvoi of its pivot."""
        self._state.run(
            "UPDATE facture SET donnees = ?, renvoi = ? WHERE id = ?",
            (invoice.model_dump_json(), sent_again, invoice.id),
        )

    def keep_file(self, file: File) -> int:
        """Keep a file that a supplier sends before he attaches it, and return its number."""
        return self._state.insert("piece", {"donnees": file.model_dump_json()})

    def kept_file(self, key: int) -> File | None:
        """Return a file sent before, or None."""
        row = self._state.one("SELECT donnees FROM piece WHERE id = ?", (key,))
        return File.model_validate_json(row["donnees"]) if row else None

    def next_key(self) -> int:
        """Return a number that no invoice has."""
        row = self._state.one("SELECT coalesce(max(id), 0) + 1 FROM facture")
        return int(row[0]) if row else 1

    def keep_flow(self, syntax: str, name: str, at: datetime, outcome: dict[str, Any]) -> str:
        """Remember a flow and what became of it; return the number that the platform gives it."""
        row = {"syntaxe": syntax, "nom": name, "le": iso(at), "sort": json.dumps(outcome)}
        key = self._state.insert("flux", row)
        number = f"CPP{key:022d}"
        self._state.run("UPDATE flux SET numero = ? WHERE id = ?", (number, key))
        return number

    def flow(self, number: str, syntax: str) -> dict[str, Any] | None:
        """Return what is told of a flow, or None."""
        row = self._state.one("SELECT * FROM flux WHERE numero = ? AND syntaxe = ?", (number, syntax))
        if row is None:
            return None
        outcome: dict[str, Any] = json.loads(row["sort"])
        return {
            "nomFichier": row["nom"],
            "codeInterfaceDepotFlux": row["syntaxe"],
            "dateDepotFlux": row["le"][:10],
            "dateHeureEtatCourantFlux": row["le"],
            **outcome,
        }

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
    return _parsed(row["donnees"])


@lru_cache(maxsize=REMEMBERED)
def _parsed(text: str) -> Invoice:
    return Invoice.model_validate_json(text)


def supplier_id(siret: str) -> int:
    """Return the number that the platform gives a supplier: wider than 32 bits, and no SIRET."""
    return 6_000_000_000 + zlib.crc32(siret.encode())


def iso(at: datetime) -> str:
    """Write an instant as Chorus Pro does: local time, milliseconds, offset."""
    return at.astimezone(PARIS).isoformat(timespec="milliseconds")


def minutes(text: str) -> str:
    """Write an instant as histories do: no seconds, no zone."""
    return datetime.fromisoformat(text).astimezone(PARIS).strftime("%Y-%m-%d %H:%M")
