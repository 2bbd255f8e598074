"""The figures of the demonstration: those of a week ago for the director to compare with, then those of the month."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from dematfin.acts import figures
from dematfin.acts.run import run
from dematfin.cli.rapport import FORMATS, written
from dematfin.demo.folder import FIGURES
from dematfin.demo.telling import told
from dematfin.domain.parties.person import Person
from dematfin.domain.report.period import month_of
from dematfin.domain.report.snapshot import Snapshot
from dematfin.ports.app import App
from dematfin.steps.snapshot import snapshot
from dematfin.steps.tally import tally

WEEK: Final = timedelta(days=7)


def counted_a_week_ago(app: App, agent: Person) -> Iterator[str]:
    """Count the journal, and keep the figures of the morning as those of a week ago: all is played in one day."""
    _count(app, agent)
    with app.ledger.transaction() as books:
        for made in books.last(Snapshot, 1, "id"):
            books.save(replace(made, id=(made.day - WEEK).isoformat(), at=made.at - WEEK))
    yield "journal compté ; ses chiffres sont gardés comme ceux d'il y a une semaine, pour que la direction compare"


def counted_tonight(app: App, agent: Person, director: Person, folder: Path) -> Iterator[str]:
    """Count what has happened since, and write the month in every form."""
    _count(app, agent)
    report = figures.report(app, director, month_of(app.clock.today()))
    paths = written(app.reports, report, FORMATS, folder / FIGURES / f"dematfin-{report.period.key}")
    yield f"{report.period.label} : {', '.join(str(path.relative_to(folder)) for path in paths)}"


def _count(app: App, agent: Person) -> None:
    for step in (tally, snapshot):
        list(told(run(app, agent, step)))  # raises what failed
