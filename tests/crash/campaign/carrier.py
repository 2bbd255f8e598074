"""Who carries files between exchange folders and the TdT: the agent of a TdT on a desktop, when it is called for.

It makes no mistake of its own, except to bring an answer under two names; the platform and the DGFiP make theirs.
"""

import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

from crash.campaign.town import Town
from dematfin.sandbox.tdt.app import TdtApp
from dematfin.sandbox.tdt.state import POSTED

AUTHORITY: Final = 42
"""The one whose platform it is."""


@dataclass
class Carrier:
    """Takes what is in a drop folder, brings what came back to another one, and says what was read there.

    Attributes:
        brought: the files of each retour.
        acquits: the number and the fingerprint of each acquit brought.
    """

    town: Town
    tdt: TdtApp
    twice: bool
    brought: dict[int, str] = field(default_factory=dict)
    acquits: set[tuple[int, str]] = field(default_factory=set)

    def round(self) -> None:
        """Go once from one place to the other, if somebody waits for it."""
        if self.town.carrier_called.exists():
            self._take()
            self.tdt._life.tick(polled=True)
            self._bring()
            self.town.carrier_called.unlink()

    def _take(self) -> None:
        for path in sorted(self.town.drop.glob("*.xml")):
            away = path.rename(self.town.log(f"porté-{path.name}"))
            data = away.read_bytes()
            sha1 = _sha1(data)
            about = {"sha1": sha1, "nom": path.name}
            if self._transactions.knows(sha1):
                self._journal.note("depot_refuse", message="doublon", **about)
            else:
                key = self._transactions.post(AUTHORITY, path.name, memoryview(data), sha1, POSTED)
                self._journal.note("depot", transaction=key, nomfic=path.stem, **about)

    def _bring(self) -> None:
        for row in self._transactions.all():
            if row["acquit"] and (one := (row["id"], _sha1(row["acquit"]))) not in self.acquits:
                self.acquits.add(one)
                self._put(f"ARP{row['id']}_{len(self.acquits)}.dat", bytes(row["acquit"]))
                self._journal.note("acquit_servi", transaction=row["id"], nomfic=row["nomfic"], sha1=one[1])
        for row in self._transactions.unread(AUTHORITY):
            if row["id"] not in self.brought:
                self.brought[row["id"]] = hashlib.sha256(row["donnees"]).hexdigest()
                self._put(f"{row['id']}_{row['nom']}", bytes(row["donnees"]))
            elif any(self.town.back.glob(f"traites/{self.brought[row['id']]}_*")):
                self._transactions.mark_read(str(row["id"]))
                self._journal.note("retour_lu", retour=row["id"], nom=row["nom"])

    def _put(self, name: str, data: bytes) -> None:
        """Have files appear whole."""
        for copy in (name, f"copie de {name}") if self.twice else (name,):
            hidden = self.town.back / f".{copy}"
            hidden.write_bytes(data)
            hidden.rename(self.town.back / copy)

    @property
    def _transactions(self) -> Any:
        return self.tdt._transactions

    @property
    def _journal(self) -> Any:
        return self._transactions._journal


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()
