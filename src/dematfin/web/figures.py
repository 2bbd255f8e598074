"""The figures of a month, a quarter or a year: the tables of the report, drawn as a page."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from starlette.responses import Response

from dematfin.acts import figures
from dematfin.domain.report.period import Period, month_of, period
from dematfin.domain.report.scope import Scope
from dematfin.web.forms import text
from dematfin.web.visit import Visit

MONTHS, QUARTERS, YEARS = 24, 8, 3
MOST: Final = 200
"""Lines of one table that a page shows: the files have them all."""
LONGEST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What the form offers, the last periods first."""

    months: tuple[Period, ...]
    quarters: tuple[Period, ...]
    years: tuple[Period, ...]
    budgets: dict[str, str]
    services: dict[str, str]


def choose(visit: Visit) -> Response:
    """Lead to the period that the form asks for, else to the running month."""
    asked = visit.request.query_params
    wanted = text(asked, "periode")
    found = period(wanted[:LONGEST]) if wanted else month_of(visit.app.clock.today())
    scope = {name: text(asked, name)[:LONGEST] for name in ("budget", "service")}
    kept = urlencode({name: value for name, value in scope.items() if value})
    return visit.go(f"/chiffres/{found.key}{'?' * bool(kept)}{kept}")


def show(visit: Visit) -> Response:
    """Show the tables of a period."""
    asked = visit.request.query_params
    found = period(str(visit.request.path_params["periode"])[:LONGEST])
    scope = Scope(siret=text(asked, "budget")[:LONGEST], service=text(asked, "service")[:LONGEST])
    return visit.page(
        "chiffres.html",
        report=figures.report(visit.app, visit.who, found, scope),
        scope=scope,
        choice=_choice(visit),
        most=MOST,
    )


def _choice(visit: Visit) -> Choice:
    months = _months(visit.app.clock.today())
    quarters = dict.fromkeys(f"{one.first.year}-T{(one.first.month + 2) // 3}" for one in months)
    years = dict.fromkeys(str(one.first.year) for one in months)
    return Choice(
        months=months,
        quarters=tuple(period(name) for name in quarters)[:QUARTERS],
        years=tuple(period(name) for name in years)[:YEARS],
        budgets={one.siret: one.label for one in visit.app.policy.budgets},
        services=figures.services(visit.app, visit.who),
    )


def _months(today: date) -> tuple[Period, ...]:
    """Return the running month and those before."""
    found = [month_of(today)]
    while len(found) < MONTHS:
        found.append(month_of(found[-1].first - timedelta(days=1)))
    return tuple(found)
