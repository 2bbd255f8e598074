"""What the three platforms wrote down, shared out among the communes."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from crash.campaign.records import Theirs, nomfic, rows
from crash.campaign.town import journal
from crash.syndicat.communes import EVE, MORNING, Bill, Commune
from crash.syndicat.syndicate import Syndicate

Line = dict[str, Any]
SIRET: Final = slice(8, 22)
"""Where a NomFic of ours has the SIRET: PESALR1_<SIRET>_…"""


@dataclass(frozen=True)
class Platforms:
    """Everything that the platforms received, in their own words."""

    syndicate: Syndicate
    told: list[Line]
    tdt: list[Line]
    helios: list[Line]
    mails: list[Line]
    calls: list[Line]
    returns: list[sqlite3.Row]
    mandats: list[sqlite3.Row]

    @classmethod
    def read(cls, syndicate: Syndicate) -> Self:
        """Read their folders, once nobody calls any more."""
        there = syndicate.sandbox
        mails = journal(there / "courriel")
        calls = [line for name in ("chorus", "tdt") for line in _lines(there / name / "appels.jsonl")]
        return cls(
            syndicate=syndicate,
            told=journal(there / "chorus"),
            tdt=journal(there / "tdt"),
            helios=journal(there / "helios"),
            mails=[line for line in mails if line["what"] == "courriel"],
            calls=[*calls, *(line for line in mails if line["what"] == "appel")],
            returns=rows(there / "tdt" / "etat.db", "retour"),
            mandats=rows(there / "helios" / "etat.db", "mandat"),
        )

    def of(self, one: Commune) -> Theirs:
        """Return what is known of one commune, as the judge of one town reads it."""
        bills = {bill.id for bill in self.bills(one)}
        return Theirs(
            software=None,
            told=[line for line in self.told if line["idFacture"] in bills],
            tdt=[line for line in self.tdt if self._siret(line) == one.siret],
            helios=[line for line in self.helios if _helios_siret(line) == one.siret],
            returns=[row for row in self.returns if row["collectivite"] == one.number],
            mandats=[row for row in self.mandats if row["siret"] == one.siret],
        )

    def bills(self, one: Commune) -> tuple[Bill, ...]:
        """Return all that a commune was billed."""
        ranks = range(1, self.syndicate.bills + 1)
        return tuple(Bill(commune=one, day=day, rank=rank) for day in (EVE, MORNING) for rank in ranks)

    def posted(self, one: Commune) -> list[Line]:
        """Return the mails that a commune handed over."""
        return [line for line in self.mails if line["compte"] == one.box]

    def called(self, one: Commune) -> list[Line]:
        """Return the calls that were made under the accounts of a commune."""
        accounts = {one.technical, one.depositor, one.archivist, one.box}
        return [line for line in self.calls if line["compte"] in accounts]

    def file_of(self, bill: Bill) -> str:
        """Return the fingerprint of the file that its supplier deposited."""
        return hashlib.sha256((self.syndicate.sandbox / "factures" / f"{bill.id}.pdf").read_bytes()).hexdigest()

    def _siret(self, line: Line) -> str:
        if "transaction" in line:
            return self._names.get(line["transaction"], "")[SIRET]
        name = str(line.get("nomfic", "") or nomfic(str(line.get("nom", ""))))
        return self._retours.get(line["retour"], "") if "retour" in line else name[SIRET]

    @cached_property
    def _names(self) -> dict[int, str]:
        return {line["transaction"]: line["nomfic"] for line in self.tdt if line["what"] == "depot"}

    @cached_property
    def _retours(self) -> dict[int, str]:
        sirets = {one.number: one.siret for one in self.syndicate.communes}
        return {row["id"]: sirets.get(row["collectivite"], "") for row in self.returns}


def _helios_siret(line: Line) -> str:
    return str(line.get("siret") or line.get("nomfic", "")[SIRET])


def _lines(path: Path) -> list[Line]:
    """Return the lines of a file; one being written is for the next time."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]
