"""What each side wrote down of a town, read once everybody has stopped."""

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from crash.campaign.software import Software
from crash.campaign.town import Town, journal
from dematfin.acts import consult
from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.exchange.hand_over import HandOver
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.person import Person
from dematfin.domain.reception import Answer
from dematfin.errors import DocumentError
from dematfin.ports.app import App
from dematfin.ports.clock import Clock
from dematfin.ports.ledger import WrittenEvent

SOONER_OR_LATER: Final = timedelta(days=9)
"""When alerts are read: those of what does not come by itself take their time. Silence of the comptable is not one."""


@dataclass(frozen=True, slots=True)
class Later:
    """The clock of somebody who comes back after a holiday."""

    clock: Clock

    def today(self) -> date:
        return self.local(self.now()).date()

    def now(self) -> datetime:
        return self.clock.now() + SOONER_OR_LATER

    def local(self, instant: datetime) -> datetime:
        return self.clock.local(instant)


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """The simulator's own records.

    Attributes:
        told, tdt, helios: what Chorus Pro, the TdT and Hélios noted, lines of journals.
        returns: rows of the TdT; mandats: rows of Hélios.
        software: what is known of the finance software, where there is one.
    """

    told: list[dict[str, Any]]
    tdt: list[dict[str, Any]]
    helios: list[dict[str, Any]]
    returns: list[sqlite3.Row]
    mandats: list[sqlite3.Row]
    software: Software | None

    @classmethod
    def read(cls, town: Town) -> Self:
        """Read them from the neighbours' folders."""
        sandbox = town.sandbox
        return cls(
            software=Software.read(town) if town.software.exists() else None,
            told=journal(sandbox / "chorus"),
            tdt=journal(sandbox / "tdt"),
            helios=journal(sandbox / "helios"),
            returns=rows(sandbox / "tdt" / "etat.db", "retour"),
            mandats=rows(sandbox / "helios" / "etat.db", "mandat"),
        )

    def noted(self, *what: str) -> list[dict[str, Any]]:
        """Return what the TdT noted of this kind."""
        return [line for line in self.tdt if line["what"] in what]

    def integrations(self, what: str) -> list[dict[str, Any]]:
        """Return what Hélios noted of this kind."""
        return [line for line in self.helios if line["what"] == what]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Our ledger."""

    app: App
    invoices: Sequence[Invoice]
    mandats: Sequence[Mandat]
    bordereaux: Sequence[Bordereau]
    flows: Sequence[Flux]
    answers: Sequence[Answer]
    imports: Sequence[EditorFlow]
    given: Sequence[HandOver]
    alerts: Sequence[str]
    events: Sequence[WrittenEvent]

    @classmethod
    def read(cls, town: Town) -> Self:
        """Read it with the product's own eyes."""
        return cls.of(town.app())

    @classmethod
    def of(cls, app: App) -> Self:
        """Read the ledger of one collectivité."""
        with app.ledger.reading() as books:
            agent = books.get(Person, "claire")
            return cls(
                app=app,
                invoices=books.find(Invoice),
                mandats=books.find(Mandat),
                bordereaux=books.find(Bordereau),
                flows=books.find(Flux),
                answers=books.find(Answer),
                imports=books.find(EditorFlow),
                given=books.find(HandOver),
                alerts=consult.picture(replace(app, clock=Later(app.clock)), agent).alerts,
                events=app.ledger.history(),
            )

    def alerted(self, *words: str) -> bool:
        """Say whether an alert names one of these."""
        return any(word in alert for alert in self.alerts for word in words)

    def breakdown(self, flux: Flux) -> bool:
        """Say whether an alert counts a flow among those that are not answered, of which it names the oldest."""
        return flux.state is FluxState.TRANSMITTED and self.alerted("flux attendent, d'abord")

    def bytes_of(self, ref: DocumentRef) -> bytes:
        """Return a document; nothing when it is not there."""
        try:
            with self.app.documents.open(ref) as source:
                return source.read()
        except DocumentError:
            return b""

    def sha1(self, ref: DocumentRef) -> str:
        """Return the fingerprint by which the TdT knows a document."""
        return hashlib.sha1(self.bytes_of(ref), usedforsecurity=False).hexdigest()


def nomfic(name: str) -> str:
    """Return the NomFic of a file that was deposited."""
    return name.removesuffix(".xml")


def at(text: str) -> datetime:
    """Read an instant of a journal."""
    return datetime.fromisoformat(text)


def rows(base: Path, table: str) -> list[sqlite3.Row]:
    """Return the rows of a neighbour's table."""
    with closing(sqlite3.connect(base)) as opened:
        opened.row_factory = sqlite3.Row
        return opened.execute(f"SELECT * FROM {table}").fetchall()
