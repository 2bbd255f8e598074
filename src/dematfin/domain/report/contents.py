"""The tables of a report, in the order in which a director reads them."""

from collections.abc import Callable
from typing import Final, TypeAlias

from dematfin.domain.report.at_risk import at_risk
from dematfin.domain.report.cost import cost, weeks
from dematfin.domain.report.dgp import beyond, dgp
from dematfin.domain.report.dgp_parts import by_budget, by_service, by_supplier
from dematfin.domain.report.essentials import essentials
from dematfin.domain.report.facts import Facts
from dematfin.domain.report.interests import interests, provisions
from dematfin.domain.report.paid import paid
from dematfin.domain.report.stages import of_the_ordonnateur, stages
from dematfin.domain.report.stock import stock, stock_by_age
from dematfin.domain.report.table import Table

Section: TypeAlias = Callable[[Facts], Table]

SECTIONS: Final[tuple[Section, ...]] = (
    essentials,
    paid,
    dgp,
    beyond,
    by_budget,
    by_service,
    by_supplier,
    stages,
    of_the_ordonnateur,
    stock,
    stock_by_age,
    at_risk,
    cost,
    weeks,
    interests,
    provisions,
)


def tables(facts: Facts) -> tuple[Table, ...]:
    """Compute every table."""
    return tuple(section(facts) for section in SECTIONS)
