"""What moves a transaction: the platform's own checks, its windows, the answer of the DGFiP, archiving.

It advances with time, from the instants written down, so a platform that was stopped, or killed, takes up where it was:
1 posted, 2 checked, 3 sent, 8 answered, -1 refused; 13 and 14 wait for a person.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.tdt import acquits
from dematfin.sandbox.tdt.analysis import Fault, Stopped, analyse
from dematfin.sandbox.tdt.retours import Retours
from dematfin.sandbox.tdt.state import ANSWERED, CHECKED, ERROR, POSTED, SENT, Transactions
from dematfin.sandbox.world import Delays

CANCELLED, PURGED, NO_ACQUIT = 0, 22, 24
STOPS: Final = {"file_lost": Fault.LOST, "virus": Fault.VIRUS, "bad_signature": Fault.SIGNATURE}
WORDS: Final = {
    ERROR: "erreur retournée par Helios",
    acquits.ACKNOWLEDGED: "acquittement reçu",
    acquits.REFUSED: "refusé",
    ANSWERED: "information disponible",
}
AFTERWARDS: Final[dict[str, tuple[int, str]]] = {
    "archive_19": (19, "En attente de transmission au SAE"),
    "archive_9": (9, "Envoyé au SAE"),
    "archive_10": (10, "Accepté par le SAE"),
    "archive_11": (11, "Refusé par le SAE"),
    "archive_20": (20, "Erreur lors de l'envoi au SAE"),
    "purged": (PURGED, "Détruite"),
}
Deliver = Callable[[str, str, bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dgfip:
    """The two things that the DGFiP does: answer a flow, and deliver files (SIRET, name, bytes) when it is time."""

    acquit: Callable[[Path], bytes]
    retours: Callable[[Deliver], None]


class Life:
    """Brings transactions to where they should be by now."""

    def __init__(
        self, transactions: Transactions, delays: Delays, dgfip: Dgfip, faults: Faults, retours: Retours
    ) -> None:
        self._transactions = transactions
        self._delays = {POSTED: delays.analyse, CHECKED: delays.envoi, SENT: delays.acquit}
        self._dgfip = dgfip
        self._faults = faults
        self._retours = retours
        self._turn = threading.Lock()

    def tick(self) -> None:
        """Bring every transaction up to date, and let the comptable speak."""
        with self._turn:
            for data in self._transactions.arriving():
                self._attach(data)
            while self._advance_all():
                pass
            self._dgfip.retours(self._receive)

    def _advance_all(self) -> bool:
        now = self._faults.clock.now().timestamp()
        waiting = [row for row in self._transactions.waiting() if now >= self._until(row)]
        advanced = [self._advance(row) for row in waiting]
        return any(advanced)

    def _until(self, row: Any) -> float:
        return float(row["depuis"] + self._delays[row["statut"]])

    def _advance(self, row: Any) -> bool:
        taken = self._faults.take
        if row["statut"] == POSTED:
            return not taken("analysis_stuck") and self._check(row)
        if row["statut"] == CHECKED:
            return not taken("window_full") and self._leave(row)
        return not taken("never_answer") and self._answer(row)

    def _check(self, row: Any) -> bool:
        key, until = row["id"], self._until(row)
        for name, fault in STOPS.items():
            if self._faults.take(name):
                return self._transactions.move(key, ERROR, fault.said_of(key), until)
        try:
            header = analyse(Path(row["fichier"]), row["sha1"], self._used)
        except Stopped as stopped:
            return self._transactions.move(key, ERROR, stopped.fault.said_of(key), until)
        with self._transactions.change():
            self._transactions.keep_header(key, header.nomfic, header.cod_col, header.siret)
            if header.too_long:
                return self._transactions.move(key, ERROR, Fault.LONG_SIRET.said_of(key), until)
            return self._transactions.move(key, CHECKED, f"Transaction {key} dans la file d'attente", until)

    def _used(self, nomfic: str, cod_col: str) -> bool:
        return self._transactions.of_name(nomfic, cod_col) is not None

    def _leave(self, row: Any) -> bool:
        key = row["id"]
        if self._faults.take("cancelled"):
            return self._transactions.move(key, CANCELLED, "Annulé")
        self._transactions.keep_flow(row)
        return self._transactions.move(key, SENT, f"Transaction {key} transmise au serveur.", self._until(row))

    def _answer(self, row: Any) -> bool:
        key = row["id"]
        if self._faults.take("no_acquit_expected"):
            return self._transactions.move(key, NO_ACQUIT, f"Transaction {key} transmise sans acquittement attendu")
        data = self._dgfip.acquit(Path(row["fichier"]))
        with self._transactions.change():
            if self._faults.take("late_after_error"):
                self._transactions.keep_answer(key, data, on_its_way=True)
                return self._transactions.move(key, ERROR, f"Transaction {key} : {WORDS[ERROR]}")
            if self._attach(data) != key:
                self._transactions.keep_answer(key, data, on_its_way=False)
        return True

    def _receive(self, siret: str, name: str, data: bytes) -> None:
        """Take a file of the DGFiP: an answer that comes by itself, or a retour."""
        if acquits.read(data) is None:
            self._retours.take(siret, name, data)
        else:
            self._attach(data)

    def _attach(self, data: bytes) -> int:
        """Give an answer to its transaction, whose id is returned; 0 when there is none."""
        said = acquits.read(data)
        row = self._transactions.of_name(said.nomfic, said.cod_col) if said else None
        if said is None or row is None:
            self._retours.journal.note("acquit_perdu", nomfic=said.nomfic if said else "")
            return 0
        status = ERROR if self._faults.take("invalid_acquit") else said.status
        self._transactions.keep_acquit(row["id"], data)
        self._transactions.move(row["id"], status, f"Transaction {row['id']} : {WORDS[status]}")
        self._archive(row["id"])
        return int(row["id"])

    def _archive(self, key: int) -> None:
        for name, (status, words) in AFTERWARDS.items():
            if self._faults.take(name):
                if status == PURGED:
                    self._transactions.keep_acquit(key, None)
                self._transactions.move(key, status, words)
