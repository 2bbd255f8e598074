"""The tables of a report, in the order in which a director reads them."""

from collections.abc import Callable
from typing import Final, TypeAlias

from dematfin.domain.report.counts import COUNTS
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.table import Table

Section: TypeAlias = Callable[[Facts], Table]

SECTIONS: Final[tuple[Section, ...]] = (*COUNTS,)


def tables(facts: Facts) -> tuple[Table, ...]:
    """Compute every table."""
    return tuple(section(facts) for section in SECTIONS)
