"""What Hélios has integrated: bordereaux, mandats, documents; and what the comptable has still to say."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.helios.flow import Mandat, Sheet
from dematfin.sandbox.record import State

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS bordereau (siret TEXT, exercice TEXT, type TEXT, numero TEXT,
  PRIMARY KEY (siret, exercice, type, numero));
CREATE TABLE IF NOT EXISTS mandat (id INTEGER PRIMARY KEY AUTOINCREMENT, siret TEXT, poste TEXT, codcol TEXT,
  codbud TEXT, exercice TEXT, bordereau TEXT, numero TEXT, facture TEXT, nature TEXT, montant TEXT, du REAL,
  etat TEXT DEFAULT 'A_TRAITER');
CREATE TABLE IF NOT EXISTS piece (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS rejete (facture TEXT PRIMARY KEY);
"""


class Registry:
    """Hélios' memory."""

    def __init__(self, path: Path) -> None:
        self.state = State(path, SCHEMA)

    def has_bordereau(self, siret: str, sheet: Sheet) -> bool:
        """Say whether a bordereau was integrated."""
        key = (siret, sheet.exercice, sheet.kind, sheet.number)
        query = "SELECT 1 FROM bordereau WHERE siret = ? AND exercice = ? AND type = ? AND numero = ?"
        return self.state.one(query, key) is not None

    def has_mandat(self, siret: str, sheet: Sheet, mandat: Mandat) -> bool:
        """Say whether a number is taken; one rejected before the prise en charge is free again."""
        query = "SELECT 1 FROM mandat WHERE siret = ? AND exercice = ? AND numero = ? AND etat != 'REJETE'"
        return self.state.one(query, (siret, sheet.exercice, mandat.number)) is not None

    def has_piece(self, key: str) -> bool:
        """Say whether a document was integrated."""
        return self.state.one("SELECT 1 FROM piece WHERE id = ?", (key,)) is not None

    def take_piece(self, key: str) -> None:
        """Integrate a document."""
        self.state.run("INSERT OR IGNORE INTO piece VALUES (?)", (key,))

    def take_bordereau(self, header: Any, sheet: Sheet, due: float) -> None:
        """Integrate a bordereau; the comptable speaks of its mandats at `due`."""
        key = (header.siret, sheet.exercice, sheet.kind, sheet.number)
        self.state.run("INSERT INTO bordereau VALUES (?, ?, ?, ?)", key)
        for mandat in sheet.mandats:
            self.state.run(
                "INSERT INTO mandat (siret, poste, codcol, codbud, exercice, bordereau, numero, facture, nature, "
                "montant, du) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    header.siret,
                    header.post,
                    header.cod_col,
                    header.cod_bud,
                    sheet.exercice,
                    sheet.number,
                    mandat.number,
                    mandat.invoice,
                    mandat.nature,
                    str(mandat.amount),
                    due,
                ),
            )

    def due(self) -> list[Any]:
        """Return the mandats that the comptable must speak of by now."""
        now = datetime.now(UTC).timestamp()
        return self.state.rows("SELECT * FROM mandat WHERE etat = 'A_TRAITER' AND du <= ? ORDER BY id", (now,))

    def settle(self, key: int, state: str) -> None:
        """Remember what became of a mandat."""
        self.state.run("UPDATE mandat SET etat = ? WHERE id = ?", (state, key))

    def reject_once(self, invoice: str) -> bool:
        """Say whether this is the first time that the mandat of an invoice is judged."""
        if self.state.one("SELECT 1 FROM rejete WHERE facture = ?", (invoice,)) is not None:
            return False
        self.state.run("INSERT INTO rejete VALUES (?)", (invoice,))
        return True
