"""What the platform holds: transactions with their bytes and statuses, retours with their readers."""

import re
import shutil
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.clock import Clock
from dematfin.sandbox.record import Journal, State

POSTED, CHECKED, SENT, ANSWERED, ERROR, TO_SIGN, HELD = 1, 2, 3, 8, -1, 13, 14
WORDS: Final = {
    POSTED: "Fichier bien reçu par la plate-forme S2low",
    TO_SIGN: "Fichier en attente d'être signé",
    HELD: "Fichier en attente d'être télétransmis",
}
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS transac (
  id INTEGER PRIMARY KEY AUTOINCREMENT, collectivite INTEGER, sha1 TEXT, nom TEXT, fichier TEXT, statut INTEGER,
  message TEXT, depuis REAL, nomfic TEXT DEFAULT '', codcol TEXT DEFAULT '', siret TEXT DEFAULT '', acquit BLOB);
CREATE TABLE IF NOT EXISTS reponse (transac INTEGER PRIMARY KEY, donnees BLOB, en_route INTEGER);
CREATE TABLE IF NOT EXISTS retour (
  id INTEGER PRIMARY KEY AUTOINCREMENT, collectivite INTEGER, nom TEXT, donnees BLOB, le TEXT, lu INTEGER DEFAULT 0);
"""


class Transactions:
    """The deposits of the platform, and the retours that it brought back."""

    def __init__(self, folder: Path, journal: Journal, clock: Clock) -> None:
        self._folder = folder
        self._flows = folder / "flux"
        self._flows.mkdir(parents=True, exist_ok=True)
        self._state = State(folder / "etat.db", SCHEMA)
        self._journal = journal
        self._clock = clock
        self.change = self._state.change

    def knows(self, sha1: str) -> bool:
        """Say whether these bytes were ever deposited, by anybody, whatever became of them."""
        return self._state.one("SELECT id FROM transac WHERE sha1 = ?", (sha1,)) is not None

    def post(self, authority: int, name: str, data: memoryview, sha1: str, status: int) -> int:
        """Take a deposit."""
        stored = self._folder / "depots" / sha1
        stored.parent.mkdir(exist_ok=True)
        stored.write_bytes(data)
        return self._state.run(
            "INSERT INTO transac (collectivite, sha1, nom, fichier, statut, message, depuis) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            (authority, sha1, name, str(stored), status, WORDS[status], self._clock.now().timestamp()),
        )

    def all(self) -> list[Any]:
        """Return every transaction as it is written down."""
        return self._state.rows("SELECT * FROM transac ORDER BY id")

    def waiting(self) -> list[Any]:
        """Return those that time may move; not those that the DGFiP has answered so that nobody can tell."""
        query = (
            "SELECT * FROM transac WHERE statut IN (1, 2, 3) AND id NOT IN (SELECT transac FROM reponse) ORDER BY id"
        )
        return self._state.rows(query)

    def get(self, key: str, authority: int) -> Any | None:
        """Return a transaction of an authority."""
        query = "SELECT * FROM transac WHERE id = ? AND collectivite = ?"
        return self._state.one(query, (_number(key), authority))

    def ids(self, authority: int, status: int, since: str, until: str) -> list[int]:
        """Return the ids of the transactions that are now at a status, reached between two days, newest first."""
        rows = self._state.rows(
            "SELECT id FROM transac WHERE collectivite = ? AND statut = ? "
            "AND date(depuis, 'unixepoch') BETWEEN ? AND ? ORDER BY id DESC",
            (authority, status, since, until),
        )
        return [row["id"] for row in rows]

    def of_name(self, nomfic: str, cod_col: str) -> Any | None:
        """Return the transaction that an answer is of: one that waits for it rather, the latest rather."""
        query = "SELECT * FROM transac WHERE nomfic = ? AND codcol = ? ORDER BY statut = 3 DESC, id DESC"
        return self._state.one(query, (nomfic, cod_col)) if nomfic else None

    def keep_header(self, key: int, nomfic: str, cod_col: str, siret: str) -> None:
        """Remember what a flow says of itself: its name is burnt."""
        query = "UPDATE transac SET nomfic = ?, codcol = ?, siret = ? WHERE id = ?"
        self._state.run(query, (nomfic, cod_col, siret, key))

    def keep_flow(self, row: Any) -> None:
        """Keep a flow byte for byte under its NomFic, as it leaves for the DGFiP."""
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", row["nomfic"])
        shutil.copyfile(row["fichier"], self._flows / f"{name}.xml")

    def keep_acquit(self, key: int, acquit: bytes | None) -> None:
        """Attach an answer to a transaction, or forget it."""
        self._state.run("UPDATE transac SET acquit = ? WHERE id = ?", (acquit, key))

    def keep_answer(self, key: int, data: bytes, *, on_its_way: bool) -> None:
        """Remember that the DGFiP has answered a flow, though its transaction does not have it."""
        self._state.run("INSERT OR REPLACE INTO reponse VALUES (?, ?, ?)", (key, data, on_its_way))

    def arriving(self) -> list[bytes]:
        """Return the answers that were on their way: they are there now."""
        with self.change():
            rows = self._state.rows("SELECT donnees FROM reponse WHERE en_route")
            self._state.run("UPDATE reponse SET en_route = 0")
        return [bytes(row["donnees"]) for row in rows]

    def move(self, key: int, status: int, message: str, since: float | None = None) -> bool:
        """Change a status; True, as something happened."""
        query = "UPDATE transac SET statut = ?, message = ?, depuis = ? WHERE id = ?"
        self._state.run(query, (status, message, since or self._clock.now().timestamp(), key))
        self._journal.note("statut", transaction=key, statut=status, message=message)
        return True

    def delete(self, key: int) -> None:
        """Do what an administrator may: the number is known no more."""
        self._state.run("DELETE FROM transac WHERE id = ?", (key,))
        self._journal.note("suppression", transaction=key)

    def authorities_of(self, siret: str) -> set[int]:
        """Return those that posted for a SIRET: each one bound itself to it."""
        rows = self._state.rows("SELECT DISTINCT collectivite FROM transac WHERE siret = ?", (siret,))
        return {int(row["collectivite"]) for row in rows}

    def bring_in(self, authority: int, name: str, data: bytes) -> int:
        """Take a retour."""
        at = self._clock.now().strftime("%Y-%m-%d %H:%M:%S.%f+00")
        query = "INSERT INTO retour (collectivite, nom, donnees, le) VALUES (?, ?, ?, ?)"
        return self._state.run(query, (authority, name, data, at))

    def unread(self, authority: int) -> list[Any]:
        """Return the retours that nobody read."""
        return self._state.rows("SELECT * FROM retour WHERE collectivite = ? AND lu = 0 ORDER BY id", (authority,))

    def retour(self, key: str, authority: int) -> Any | None:
        """Return one retour of an authority, or None."""
        query = "SELECT * FROM retour WHERE id = ? AND collectivite = ?"
        return self._state.one(query, (_number(key), authority))

    def mark_read(self, key: str) -> None:
        """Remember that a retour was read."""
        self._state.run("UPDATE retour SET lu = 1 WHERE id = ?", (_number(key),))

    def close(self) -> None:
        """Close the base."""
        self._state.close()


def _number(text: str) -> int:
    """Read an id as PHP does; none is 0."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0
