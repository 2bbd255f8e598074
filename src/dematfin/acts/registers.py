"""An agent brings in the registers of the finance software; what is already known is replaced."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from dematfin.domain.event import Subject
from dematfin.domain.parties.person import Act, Person
from dematfin.ports.app import App
from dematfin.ports.ledger import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """How many rows were taken, and what is wrong with the others."""

    taken: int
    problems: tuple[str, ...]


def import_engagements(app: App, who: Person, source: Path) -> Import:
    """Bring in engagements from a CSV file; raises DocumentError when it cannot be read at all."""
    app = app.on_behalf_of(who, Act.REGISTER)
    rows, problems = app.finance.engagements(source)
    return _keep(app, "engagements", rows, problems)


def import_tiers(app: App, who: Person, source: Path) -> Import:
    """Bring in creditors from a CSV file; raises DocumentError when it cannot be read at all."""
    app = app.on_behalf_of(who, Act.REGISTER)
    rows, problems = app.finance.tiers(source)
    return _keep(app, "tiers", rows, problems)


def _keep(app: App, register: str, rows: Sequence[Record], problems: tuple[str, ...]) -> Import:
    with app.ledger.transaction() as books:
        books.save(*rows)
        motif = f"{len(rows)} lignes importées, {len(problems)} écartées"
        books.record(app.event(Subject.REGISTER, register, "", "importé", motif))
    return Import(taken=len(rows), problems=problems)
