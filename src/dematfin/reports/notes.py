"""What goes with the figures: what a table means and what to doubt, on its own and for all tables together."""

from dematfin.domain.report.table import Column, Kind, Report, Table
from dematfin.reports.written import SUMMARY, names


def notes(table: Table) -> tuple[tuple[str, str], ...]:
    """Return what is written beside a table."""
    return (
        ("Définition", table.definition),
        ("Population", table.population),
        *(("À savoir", warning) for warning in table.warnings),
    )


def summary(report: Report) -> Table:
    """Return the table of the tables."""
    titles = ("Tableau", "Titre", "Lignes", "Définition", "Population", "À savoir")
    return Table(
        key=SUMMARY,
        title="Sommaire",
        definition="",
        population="",
        columns=tuple(
            Column(key=title, title=title, kind=Kind.COUNT if title == "Lignes" else Kind.TEXT) for title in titles
        ),
        rows=tuple(
            (name, table.title, len(table.rows), table.definition, table.population, " ".join(table.warnings))
            for name, table in zip(names(report), report.tables, strict=True)
        ),
    )
