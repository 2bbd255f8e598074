"""What each side wrote down of a town, read once everybody has stopped."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from crash.campaign.town import Town
from dematfin.acts import consult
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Person
from dematfin.domain.reception import Answer
from dematfin.ports.app import App
from dematfin.ports.ledger import WrittenEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The simulator's own records.

    Attributes:
        told: what Chorus Pro noted; deposited: what the TdT noted; both are lines of journals.
        transactions, returns: rows of the TdT; sheets, mandats, acquits: rows of Hélios.
    """

    told: list[dict[str, Any]]
    deposited: list[dict[str, Any]]
    transactions: list[sqlite3.Row]
    returns: list[sqlite3.Row]
    sheets: list[sqlite3.Row]
    mandats: list[sqlite3.Row]
    acquits: list[sqlite3.Row]

    @classmethod
    def read(cls, sandbox: Path) -> Self:
        """Read them from the neighbours' folder."""
        tdt, helios = sandbox / "tdt" / "etat.db", sandbox / "helios" / "etat.db"
        return cls(
            told=journal(sandbox / "chorus"),
            deposited=journal(sandbox / "tdt"),
            transactions=_rows(tdt, "transac"),
            returns=_rows(tdt, "retour"),
            sheets=_rows(helios, "bordereau"),
            mandats=_rows(helios, "mandat"),
            acquits=_rows(helios, "acquit"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Our ledger."""

    app: App
    invoices: Sequence[Invoice]
    mandats: Sequence[Mandat]
    bordereaux: Sequence[Bordereau]
    flows: Sequence[Flux]
    answers: Sequence[Answer]
    alerts: Sequence[str]
    events: Sequence[WrittenEvent]

    @classmethod
    def read(cls, town: Town) -> Self:
        """Read it with the product's own eyes."""
        app = town.app()
        with app.ledger.reading() as books:
            agent = books.get(Person, "claire")
            return cls(
                app=app,
                invoices=books.find(Invoice),
                mandats=books.find(Mandat),
                bordereaux=books.find(Bordereau),
                flows=books.find(Flux),
                answers=books.find(Answer),
                alerts=consult.picture(app, agent).alerts,
                events=app.ledger.history(),
            )

    def alerted(self, *words: str) -> bool:
        """Say whether an alert names one of these."""
        return any(word in alert for alert in self.alerts for word in words)


def journal(folder: Path) -> list[dict[str, Any]]:
    """Return what a neighbour noted; a line being written is for the next time."""
    path = folder / "journal.jsonl"
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]


def _rows(base: Path, table: str) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(base)) as opened:
        opened.row_factory = sqlite3.Row
        return opened.execute(f"SELECT * FROM {table}").fetchall()
