"""The figures of a month, a quarter or a year: the tables of the report, drawn as a page, and as files to take away."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from starlette.responses import Response

from dematfin.acts import figures
from dematfin.domain.report.period import Period, month_of, period
from dematfin.domain.report.scope import Scope
from dematfin.domain.report.table import Report
from dematfin.domain.report.words import cut_off, state
from dematfin.errors import UnknownRecord
from dematfin.ports.report_writer import ReportWriter
from dematfin.web.forms import text
from dematfin.web.headers import DOCUMENT
from dematfin.web.visit import Visit

MONTHS, QUARTERS, YEARS = 24, 8, 3
MOST: Final = 200
"""Lines of one table that a page shows: the files have them all."""
LONGEST: Final = 100
FILES: Final[Mapping[str, tuple[str, str, Callable[[ReportWriter, Report], bytes]]]] = {
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "xlsx",
        lambda writer, report: writer.xlsx(report),
    ),
    "csv": ("application/zip", "csv.zip", lambda writer, report: _zipped(writer.csv(report))),
    "json": ("application/json", "json", lambda writer, report: writer.json(report)),
    "html": ("text/html; charset=utf-8", "html", lambda writer, report: writer.html(report)),
}


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
    return visit.go(f"/chiffres/{found.key}{_query(visit)}")


def show(visit: Visit) -> Response:
    """Show the tables of a period."""
    report = _report(visit)
    return visit.page(
        "chiffres.html",
        report=report,
        cut_off=cut_off(report),
        state=state(report),
        drawing=visit.app.reports.svg,
        scope=_scope(visit),
        choice=_choice(visit),
        files={name: f"/chiffres/{report.period.key}/fichier/{name}{_query(visit)}" for name in FILES},
        most=MOST,
    )


def send(visit: Visit) -> Response:
    """Send a period as a file."""
    form = str(visit.request.path_params["format"])
    if form not in FILES:
        message = f"Les chiffres n'existent pas sous cette forme ; au choix : {', '.join(FILES)}."
        raise UnknownRecord(message)
    kind, ending, draw = FILES[form]
    report = _report(visit)
    name = f"{_scope(visit).file_stem(visit.app.policy.collectivite, report.period)}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": DOCUMENT}
    return Response(draw(visit.app.reports, report), media_type=kind, headers=headers)


def _report(visit: Visit) -> Report:
    found = period(str(visit.request.path_params["periode"])[:LONGEST])
    return figures.report(visit.app, visit.who, found, _scope(visit))


def _scope(visit: Visit) -> Scope:
    asked = visit.request.query_params
    return Scope(budget=text(asked, "budget")[:LONGEST], service=text(asked, "service")[:LONGEST])


def _query(visit: Visit) -> str:
    """Return how an address says what the figures are narrowed to."""
    scope = _scope(visit)
    kept = {name: value for name, value in (("budget", scope.budget), ("service", scope.service)) if value}
    return f"?{urlencode(kept)}" if kept else ""


def _zipped(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with ZipFile(made, "w") as archive:
        for name, data in files.items():
            archive.writestr(ZipInfo(name), data, ZIP_DEFLATED)  # without a day: the same report, the same bytes
    return made.getvalue()


def _choice(visit: Visit) -> Choice:
    months = _months(visit.app.clock.today())
    quarters = dict.fromkeys(f"{one.first.year}-T{(one.first.month + 2) // 3}" for one in months)
    years = dict.fromkeys(str(one.first.year) for one in months)
    return Choice(
        months=months,
        quarters=tuple(period(name) for name in quarters)[:QUARTERS],
        years=tuple(period(name) for name in years)[:YEARS],
        budgets={one.code: one.label for one in visit.app.policy.budgets},
        services=figures.services(visit.app, visit.who),
    )


def _months(today: date) -> tuple[Period, ...]:
    """Return the running month and those before."""
    found = [month_of(today)]
    while len(found) < MONTHS:
        found.append(month_of(found[-1].first - timedelta(days=1)))
    return tuple(found)
