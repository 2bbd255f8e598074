"""What the platform holds: transactions with their bytes and statuses, retours with their readers.

A transaction advances with real time, from the instants written down, so a platform that was stopped, or killed,
takes up where it was: 1 posted, 2 checked, 3 sent, 8 answered, -1 refused; 13 and 14 wait for a person.
"""

import re
import shutil
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.record import Journal, State
from dematfin.sandbox.tdt.analysis import Stopped, analyse
from dematfin.sandbox.world import Delays

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
CREATE TABLE IF NOT EXISTS retour (
  id INTEGER PRIMARY KEY AUTOINCREMENT, collectivite INTEGER, nom TEXT, donnees BLOB, le TEXT, lu INTEGER DEFAULT 0);
"""
Deliver = Callable[[str, str, bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dgfip:
    """The two things that the DGFiP does: answer a flow, and deliver retours (SIRET, name, bytes) when it is time."""

    acquit: Callable[[Path], bytes]
    retours: Callable[[Deliver], None]


class Transactions:
    """The deposits of the platform, and the retours that it brought back."""

    def __init__(self, folder: Path, delays: Delays, dgfip: Dgfip, faults: Faults, journal: Journal) -> None:
        self._folder = folder
        self._flows = folder / "flux"
        self._flows.mkdir(parents=True, exist_ok=True)
        self._state = State(folder / "etat.db", SCHEMA)
        self._delays = {POSTED: delays.analyse, CHECKED: delays.envoi, SENT: delays.acquit}
        self._dgfip = dgfip
        self._faults = faults
        self._journal = journal
        self._turn = threading.Lock()

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
            (authority, sha1, name, str(stored), status, WORDS[status], _now()),
        )

    def all(self) -> list[Any]:
        """Return every transaction as it is written down."""
        return self._state.rows("SELECT * FROM transac ORDER BY id")

    def get(self, key: str, authority: int) -> Any | None:
        """Return a transaction of an authority, brought up to date."""
        self.tick()
        query = "SELECT * FROM transac WHERE id = ? AND collectivite = ?"
        return self._state.one(query, (_number(key), authority))

    def ids(self, authority: int, status: int, since: str, until: str) -> list[int]:
        """Return the ids of the transactions that are now at a status, reached between two days, newest first."""
        self.tick()
        rows = self._state.rows(
            "SELECT id FROM transac WHERE collectivite = ? AND statut = ? "
            "AND date(depuis, 'unixepoch') BETWEEN ? AND ? ORDER BY id DESC",
            (authority, status, since, until),
        )
        return [row["id"] for row in rows]

    def unread(self, authority: int) -> list[Any]:
        """Return the retours that nobody read."""
        self.tick()
        return self._state.rows("SELECT * FROM retour WHERE collectivite = ? AND lu = 0 ORDER BY id", (authority,))

    def retour(self, key: str, authority: int) -> Any | None:
        """Return one retour of an authority, or None."""
        query = "SELECT * FROM retour WHERE id = ? AND collectivite = ?"
        return self._state.one(query, (_number(key), authority))

    def mark_read(self, key: str) -> None:
        """Remember that a retour was read."""
        self._state.run("UPDATE retour SET lu = 1 WHERE id = ?", (_number(key),))

    def set_status(self, key: int, status: int, message: str) -> None:
        """Do what the platform's administrators may: release, cancel, archive, put in error."""
        self._move(key, status, message, _now())

    def tick(self) -> None:
        """Bring every transaction to where it should be by now, and let the comptable speak."""
        with self._turn:
            while self._advance_all():
                pass
            self._dgfip.retours(self._bring_in)

    def close(self) -> None:
        """Close the base."""
        self._state.close()

    def _advance_all(self) -> bool:
        waiting = self._state.rows("SELECT * FROM transac WHERE statut IN (1, 2, 3) ORDER BY id")
        advanced = [self._advance(row) for row in waiting if _now() >= self._until(row)]
        return any(advanced)

    def _until(self, row: Any) -> float:
        return float(row["depuis"] + self._delays[row["statut"]])

    def _advance(self, row: Any) -> bool:
        if row["statut"] == POSTED:
            return self._check(row)
        if row["statut"] == CHECKED:
            return not self._faults.take("window_full") and self._leave(row)
        return not self._faults.take("never_answer") and self._answer(row)

    def _check(self, row: Any) -> bool:
        try:
            header = analyse(Path(row["fichier"]), row["sha1"], self._used)
        except Stopped as stopped:
            return self._move(row["id"], ERROR, stopped.fault.said_of(row["id"]), self._until(row))
        with self._state.change():
            query = "UPDATE transac SET nomfic = ?, codcol = ?, siret = ? WHERE id = ?"
            self._state.run(query, (header.nomfic, header.cod_col, header.siret, row["id"]))
            return self._move(row["id"], CHECKED, f"Transaction {row['id']} dans la file d'attente", self._until(row))

    def _used(self, nomfic: str, cod_col: str) -> bool:
        query = "SELECT id FROM transac WHERE nomfic = ? AND codcol = ?"
        return self._state.one(query, (nomfic, cod_col)) is not None

    def _leave(self, row: Any) -> bool:
        """Keep a flow byte for byte under its NomFic, as it leaves for the DGFiP."""
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", row["nomfic"])
        shutil.copyfile(row["fichier"], self._flows / f"{name}.xml")
        return self._move(row["id"], SENT, f"Transaction {row['id']} transmise au serveur.", self._until(row))

    def _answer(self, row: Any) -> bool:
        acquit = self._dgfip.acquit(Path(row["fichier"]))
        status, words = ANSWERED, "information disponible"
        if self._faults.take("invalid_acquit"):
            status, words = ERROR, "erreur retournée par Helios"
        with self._state.change():
            self._state.run("UPDATE transac SET acquit = ? WHERE id = ?", (acquit, row["id"]))
            return self._move(row["id"], status, f"Transaction {row['id']} : {words}", self._until(row))

    def _move(self, key: int, status: int, message: str, since: float) -> bool:
        query = "UPDATE transac SET statut = ?, message = ?, depuis = ? WHERE id = ?"
        self._state.run(query, (status, message, since, key))
        self._journal.note("statut", transaction=key, statut=status, message=message)
        return True

    def _bring_in(self, siret: str, name: str, data: bytes) -> None:
        owner = self._owner(siret)
        key = self._state.run(
            "INSERT INTO retour (collectivite, nom, donnees, le) VALUES (?, ?, ?, ?)",
            (owner, name, data, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00")),
        )
        self._journal.note("retour_arrive", retour=key, nom=name, siret=siret, collectivite=owner)

    def _owner(self, siret: str) -> int:
        """Retours go to the authority that posted for their IdColl; to nobody when there are two."""
        rows = self._state.rows("SELECT DISTINCT collectivite FROM transac WHERE siret = ?", (siret,))
        return int(rows[0]["collectivite"]) if len(rows) == 1 else 0


def _number(text: str) -> int:
    """Read an id as PHP does; none is 0."""
    return int(text) if re.fullmatch("[0-9]{1,18}", text) else 0


def _now() -> float:
    return datetime.now(UTC).timestamp()
