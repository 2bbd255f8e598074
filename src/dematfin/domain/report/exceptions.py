"""What was done out of the ordinary, one line each: who, what, on what, and why."""

from dematfin.domain.exceptional import SENTENCES, Exceptional
from dematfin.domain.report.columns import day, text
from dematfin.domain.report.counted import happened
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.table import Cell, Table
from dematfin.domain.tally.happening import Happening, What


def exceptions(facts: Facts) -> Table:
    """Return the exceptions of the period, in the order of the journal."""
    found = sorted(happened(facts, What.EXCEPTION), key=lambda one: (one.at, one.id))
    return Table(
        key="exceptions",
        title="Exceptions",
        definition=(
            "Ce qu'une personne a fait hors de la marche ordinaire : une règle levée, un contrôle forcé, une décision "
            "prise à la place d'une machine ou d'un voisin, un droit donné. Chaque ligne est un évènement du journal "
            "scellé, avec le motif que la personne a écrit."
        ),
        population=(
            "Les exceptions que le journal marque comme telles pendant la période ; avant le premier jour où il le "
            "fait, il n'y en a aucune. Les droits, le papier et les absences ne sont d'aucun budget ni service : ils "
            "ne sont pas dans un rapport restreint."
        ),
        columns=(
            day("date", "Date"),
            text("personne", "Personne"),
            text("exception", "Ce qui a été fait"),
            text("sujet", "Sur quoi"),
            text("motif", "Motif"),
        ),
        rows=tuple(_row(facts, one) for one in found),
    )


def _row(facts: Facts, one: Happening) -> tuple[Cell, ...]:
    on = one.at.astimezone(facts.cutoff.tzinfo).date()
    return on, facts.people.get(one.person, one.person), SENTENCES[Exceptional(one.code)], one.about, one.motif
