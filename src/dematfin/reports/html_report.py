"""A report as one page that needs nothing else: read on a screen, printed on A4, sent by mail, kept."""

from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from dematfin.domain.report.cells import WORDS
from dematfin.domain.report.table import Report
from dematfin.domain.report.words import cut_off, state
from dematfin.reports.charts import svg
from dematfin.reports.written import names, shown, words

WIDE: Final = 10
"""Columns beyond which a table is printed on its side."""


def write(report: Report) -> bytes:
    """Return the page."""
    environment = Environment(
        loader=PackageLoader("dematfin.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"words": words}
    page = environment.get_template("chiffres.html").render(
        report=report,
        cut_off=cut_off(report),
        state=state(report),
        tables=list(zip(names(report), report.tables, strict=True)),
        shown=shown,
        svg=svg,
        texts=WORDS,
        wide=WIDE,
    )
    return page.encode()
