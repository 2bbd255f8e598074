"""What the platform holds: transactions with their bytes and statuses, retours with their readers.

A transaction advances with real time, from the instants written down, so a platform that was stopped takes up where
it was: 1 posted, 2 checked, 3 sent, 8 answered, -1 refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import State
from dematfin.sandbox.tdt.analysis import analyse
from dematfin.sandbox.world import Delays

POSTED, CHECKED, SENT, ANSWERED, ERROR, HELD = 1, 2, 3, 8, -1, 14
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS transac (
  id INTEGER PRIMARY KEY AUTOINCREMENT, collectivite INTEGER, sha1 TEXT, nom TEXT, fichier TEXT, statut INTEGER,
  message TEXT, depuis REAL, nomfic TEXT DEFAULT '', codcol TEXT DEFAULT '', siret TEXT DEFAULT '', acquit BLOB);
CREATE TABLE IF NOT EXISTS retour (
  id INTEGER PRIMARY KEY AUTOINCREMENT, collectivite INTEGER, nom TEXT, donnees BLOB, le TEXT, lu INTEGER DEFAULT 0);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dgfip:
    """The two things that the DGFiP does: answer a flow, then send retours when their time has come."""

    acquit: Callable[[Path], bytes]
    retours: Callable[[], list[tuple[str, str, bytes]]]


class Transactions:
    """The deposits of the platform, and the retours that it brought back."""

    def __init__(self, folder: Path, delays: Delays, dgfip: Dgfip, faults: Faults) -> None:
        self._folder = folder
        self._flows = folder / "flux"
        self._flows.mkdir(parents=True, exist_ok=True)
        self._state = State(folder / "etat.db", SCHEMA)
        self._delays = {POSTED: delays.analyse, CHECKED: delays.envoi, SENT: delays.acquit}
        self._dgfip = dgfip
        self._faults = faults
        self._authority_of: dict[str, int] = {}

    def knows(self, sha1: str) -> bool:
        """Say whether these bytes were ever deposited, by anybody, whatever became of them."""
        return self._state.one("SELECT id FROM transac WHERE sha1 = ?", (sha1,)) is not None

    def post(self, authority: int, name: str, data: bytes, sha1: str, *, held: bool) -> int:
        """Take a deposit."""
        stored = self._folder / "depots" / sha1
        stored.parent.mkdir(exist_ok=True)
        stored.write_bytes(data)
        status, message = (
            (HELD, "Fichier en attente d'être télétransmis")
            if held
            else (
                POSTED,
                "Fichier bien reçu par la plate-forme S2low",
            )
        )
        return self._state.run(
            "INSERT INTO transac (collectivite, sha1, nom, fichier, statut, message, depuis) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (authority, sha1, name, str(stored), status, message, _now()),
        )

    def get(self, key: str, authority: int) -> Any | None:
        """Return a transaction of an authority, brought up to date."""
        self.tick()
        if not key.isdigit():
            return None
        return self._state.one("SELECT * FROM transac WHERE id = ? AND collectivite = ?", (int(key), authority))

    def ids(self, authority: int, status: int, offset: int, limit: int) -> list[int]:
        """Return the ids of the transactions that are now at a status, newest first."""
        self.tick()
        rows = self._state.rows(
            "SELECT id FROM transac WHERE collectivite = ? AND statut = ? ORDER BY id DESC LIMIT ? OFFSET ?",
            (authority, status, limit, offset),
        )
        return [row["id"] for row in rows]

    def unread(self, authority: int) -> list[Any]:
        """Return the retours that nobody read."""
        self.tick()
        return self._state.rows("SELECT * FROM retour WHERE collectivite = ? AND lu = 0 ORDER BY id", (authority,))

    def retour(self, key: str, authority: int) -> Any | None:
        """Return one retour of an authority, or None."""
        if not key.isdigit():
            return None
        return self._state.one("SELECT * FROM retour WHERE id = ? AND collectivite = ?", (int(key), authority))

    def mark_read(self, key: str) -> None:
        """Remember that a retour was read."""
        self._state.run("UPDATE retour SET lu = 1 WHERE id = ?", (int(key),))

    def tick(self) -> None:
        """Bring every transaction to where it should be by now, and let the comptable speak."""
        with self._state.change():
            moved = True
            while moved:
                waiting = self._state.rows("SELECT * FROM transac WHERE statut IN (1, 2, 3) ORDER BY id")
                due = [row for row in waiting if _now() >= row["depuis"] + self._delays[row["statut"]]]
                advanced = [self._advance(row) for row in due]  # every one, before asking again
                moved = any(advanced)
            for siret, name, data in self._dgfip.retours():
                self._state.run(
                    "INSERT INTO retour (collectivite, nom, donnees, le) VALUES (?, ?, ?, ?)",
                    (self._owner(siret), name, data, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")),
                )

    def close(self) -> None:
        """Close the base."""
        self._state.close()

    def _advance(self, row: Any) -> bool:
        since = row["depuis"] + self._delays[row["statut"]]
        if row["statut"] == POSTED:
            return self._check(row, since)
        if row["statut"] == CHECKED:
            return not self._faults.take("window_full") and self._leave(row, since)
        return not self._faults.take("never_answer") and self._answer(row, since)

    def _leave(self, row: Any, since: float) -> bool:
        self._keep(row)
        return self._move(row, SENT, f"Transaction {row['id']} transmise au serveur.", since)

    def _check(self, row: Any, since: float) -> bool:
        header = analyse(Path(row["fichier"]).read_bytes(), row["sha1"], self._used)
        if header.refusal:
            return self._move(row, ERROR, f"Transaction {row['id']} : {header.refusal}", since)
        self._state.run(
            "UPDATE transac SET nomfic = ?, codcol = ?, siret = ? WHERE id = ?",
            (header.nomfic, header.cod_col, header.siret, row["id"]),
        )
        return self._move(row, CHECKED, f"Transaction {row['id']} dans la file d'attente", since)

    def _used(self, nomfic: str, cod_col: str) -> bool:
        query = "SELECT id FROM transac WHERE nomfic = ? AND codcol = ?"
        return self._state.one(query, (nomfic, cod_col)) is not None

    def _keep(self, row: Any) -> None:
        """Keep a flow byte for byte under its NomFic, as it leaves for the DGFiP."""
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", row["nomfic"])
        (self._flows / f"{name}.xml").write_bytes(Path(row["fichier"]).read_bytes())

    def _answer(self, row: Any, since: float) -> bool:
        acquit = self._dgfip.acquit(Path(row["fichier"]))
        self._state.run("UPDATE transac SET acquit = ? WHERE id = ?", (acquit, row["id"]))
        if self._faults.take("invalid_acquit"):
            return self._move(row, ERROR, f"Transaction {row['id']} : erreur retournée par Helios", since)
        return self._move(row, ANSWERED, f"Transaction {row['id']} : information disponible", since)

    def _move(self, row: Any, status: int, message: str, since: float) -> bool:
        self._state.run(
            "UPDATE transac SET statut = ?, message = ?, depuis = ? WHERE id = ?", (status, message, since, row["id"])
        )
        return True

    def _owner(self, siret: str) -> int:
        """Retours are routed by IdColl to the authority that posted for this SIRET."""
        row = self._state.one("SELECT collectivite FROM transac WHERE siret = ? ORDER BY id DESC", (siret,))
        return int(row["collectivite"]) if row else 0


def _now() -> float:
    return datetime.now(UTC).timestamp()
