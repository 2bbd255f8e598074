"""What Hélios has integrated: flows, bordereaux, mandats, documents; and what the comptable has still to say."""

import json
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.helios.flow import Header, Sheet
from dematfin.sandbox.record import Journal, State

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS acquit (nomfic TEXT, codcol TEXT, donnees BLOB, PRIMARY KEY (nomfic, codcol));
CREATE TABLE IF NOT EXISTS bordereau (siret TEXT, codbud TEXT, exercice TEXT, type TEXT, numero TEXT,
  nomfic TEXT, PRIMARY KEY (siret, codbud, exercice, type, numero));
CREATE TABLE IF NOT EXISTS mandat (id INTEGER PRIMARY KEY AUTOINCREMENT, siret TEXT, poste TEXT, codcol TEXT,
  codbud TEXT, exercice TEXT, type TEXT, bordereau TEXT, typpce TEXT, numero TEXT, facture TEXT, nature TEXT,
  lignes TEXT, du REAL, etat TEXT DEFAULT 'A_TRAITER',
  parcours TEXT DEFAULT '', pec TEXT DEFAULT '', instance TEXT DEFAULT '');
CREATE TABLE IF NOT EXISTS piece (id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS courrier (id INTEGER PRIMARY KEY, siret TEXT, nom TEXT, donnees BLOB, du REAL);
CREATE TABLE IF NOT EXISTS rejete (facture TEXT PRIMARY KEY);
"""
KEY: Final = ("siret", "codbud", "exercice", "type", "numero")


class Registry:
    """Hélios' memory; its journal stands beside its base."""

    def __init__(self, path: Path) -> None:
        self.state = State(path, SCHEMA)
        self.journal = Journal(path.with_name("journal.jsonl"))
        noted = [line for line in self.journal.lines() if line["what"] == "integration"]
        self._noted = {tuple(line[name] for name in KEY) for line in noted}
        self._note(self.state.rows("SELECT * FROM bordereau"))

    def note_integrations(self, nomfic: str) -> None:
        """Tell the journal of the bordereaux that a flow brought in: each one once, even after a kill."""
        self._note(self.state.rows("SELECT * FROM bordereau WHERE nomfic = ?", (nomfic,)))

    def _note(self, rows: list[Any]) -> None:
        for row in rows:
            key = tuple(row[name] for name in KEY)
            if key not in self._noted:
                self._noted.add(key)
                self.journal.note("integration", **dict(zip(KEY, key, strict=True)), nomfic=row["nomfic"])

    def acquit(self, header: Header) -> bytes | None:
        """Return the answer already made to a flow: it was integrated with it, whatever happened since."""
        row = self.state.one(
            "SELECT donnees FROM acquit WHERE nomfic = ? AND codcol = ?", (header.nomfic, header.cod_col)
        )
        return None if row is None else bytes(row["donnees"])

    def keep_acquit(self, header: Header, acquit: bytes) -> None:
        """Remember the answer to a flow."""
        self.state.run("INSERT INTO acquit VALUES (?, ?, ?)", (header.nomfic, header.cod_col, acquit))

    def has_bordereau(self, header: Header, sheet: Sheet) -> bool:
        """Say whether a bordereau was integrated."""
        query = "SELECT 1 FROM bordereau WHERE siret = ? AND codbud = ? AND exercice = ? AND type = ? AND numero = ?"
        return self.state.one(query, _key(header, sheet)) is not None

    def has_mandat(self, header: Header, exercice: str, kind: str, number: str) -> bool:
        """Say whether a number is taken in its kind of bordereaux; one rejected before the prise en charge is free."""
        query = (
            "SELECT 1 FROM mandat WHERE siret = ? AND codbud = ? AND exercice = ? AND type = ? AND numero = ? "
            "AND etat != 'REJETE'"
        )
        key = (header.siret, header.cod_bud, exercice, kind, number)
        return self.state.one(query, key) is not None

    def has_piece(self, key: str) -> bool:
        """Say whether a document was integrated."""
        return self.state.one("SELECT 1 FROM piece WHERE id = ?", (key,)) is not None

    def take_piece(self, key: str) -> None:
        """Integrate a document."""
        self.state.run("INSERT OR IGNORE INTO piece VALUES (?)", (key,))

    def take_bordereau(self, header: Header, sheet: Sheet, due: float) -> None:
        """Integrate a bordereau; the comptable speaks of its mandats at `due`."""
        self.state.run("INSERT INTO bordereau VALUES (?, ?, ?, ?, ?, ?)", (*_key(header, sheet), header.nomfic))
        for mandat in sheet.mandats:
            lines = [(line.number, str(line.ht), str(line.tva)) for line in mandat.lines]
            row = {
                "siret": header.siret,
                "poste": header.post,
                "codcol": header.cod_col,
                "codbud": header.cod_bud,
                "exercice": sheet.exercice,
                "type": sheet.kind,
                "bordereau": sheet.number,
                "typpce": mandat.kind,
                "numero": mandat.number,
                "facture": mandat.invoice,
                "nature": mandat.nature,
                "lignes": json.dumps(lines),
                "du": due,
            }
            self.state.insert("mandat", row)

    def due(self, now: float) -> list[Any]:
        """Return the mandats that the comptable must speak of by now, budget by budget."""
        query = "SELECT * FROM mandat WHERE etat = 'A_TRAITER' AND du <= ? ORDER BY siret, codcol, codbud, id"
        return self.state.rows(query, (now,))

    def settle(self, key: int, **changes: Any) -> None:
        """Remember what became of a mandat; names come from us, never from outside."""
        names = ", ".join(f"{name} = ?" for name in changes)
        self.state.run(f"UPDATE mandat SET {names} WHERE id = ?", (*changes.values(), key))  # noqa: S608

    def send(self, siret: str, name: str, data: bytes, due: float) -> None:
        """Keep a file that leaves at `due`."""
        self.state.insert("courrier", {"siret": siret, "nom": name, "donnees": data, "du": due})

    def leaving(self, now: float) -> list[Any]:
        """Return the files that leave by now; they leave once."""
        rows = self.state.rows("SELECT * FROM courrier WHERE du <= ? ORDER BY id", (now,))
        self.state.run("DELETE FROM courrier WHERE du <= ?", (now,))
        return rows

    def reject_once(self, invoice: str) -> bool:
        """Say whether this is the first time that the mandat of an invoice is judged."""
        if self.state.one("SELECT 1 FROM rejete WHERE facture = ?", (invoice,)) is not None:
            return False
        self.state.run("INSERT INTO rejete VALUES (?)", (invoice,))
        return True


def _key(header: Header, sheet: Sheet) -> tuple[str, ...]:
    return header.siret, header.cod_bud, sheet.exercice, sheet.kind, sheet.number
