"""The director's page: one self-contained HTML file, with its chart inside."""

from decimal import Decimal
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dematfin.domain.figures.in_flight import Awaited, counted
from dematfin.domain.figures.overview import Overview
from dematfin.domain.money import ZERO, french
from dematfin.errors import DocumentError
from dematfin.reports.charts import Bar, drawn
from dematfin.support.refusals import reason


def write(picture: Overview, target: Path) -> None:
    """Write the page of an overview; raises DocumentError when `target` cannot be written."""
    environment = Environment(
        loader=PackageLoader("dematfin.reports"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["euros"] = french
    page = environment.get_template("rapport.html").render(
        picture=picture,
        states=_states(picture),
        total=sum((row.ttc for row in picture.invoices), ZERO),
        chart=_chart(picture),
        waits=[(str(one), *counted(picture.in_flight, one)) for one in Awaited],
        waiting=counted(picture.in_flight),
    )
    try:
        target.write_text(page, encoding="utf-8")
    except OSError as error:
        message = f"La page {target} ne peut pas être écrite : {reason(error)}. Choisissez un autre fichier."
        raise DocumentError(message) from error


def _states(picture: Overview) -> list[tuple[str, int, Any]]:
    rows = [(state, count, total) for state, (count, total) in picture.by_state.items()]
    return sorted(rows, key=lambda row: (-row[1], row[0]))


def _chart(picture: Overview) -> str:
    """Draw how many invoices stand in each state."""
    bars = [Bar(name=str(state), value=Decimal(count), said=str(count)) for state, count, _ in _states(picture)]
    return drawn("Factures par état", bars)
