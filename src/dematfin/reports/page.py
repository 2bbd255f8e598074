"""The director's page: one self-contained HTML file, with its chart inside."""

import re
from pathlib import Path
from typing import Any, Final

import pygal
from jinja2 import Environment, PackageLoader, StrictUndefined
from pygal.style import Style

from dematfin.domain.figures.in_flight import Awaited, counted
from dematfin.domain.figures.overview import Overview
from dematfin.domain.money import ZERO, french
from dematfin.errors import DocumentError
from dematfin.support.refusals import reason

COLOUR: Final = "#1b4f8f"
HEIGHT_OF_A_BAR: Final = 34
ASIDE: Final = "\N{EM SPACE}" * 2
"""Before a figure, whose middle is put at the end of its bar."""
LIVELY: Final = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)
"""What the library adds for animated pages: an archived report runs nothing."""


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
    """Draw how many invoices stand in each state, without script and without anything fetched."""
    states = list(reversed(_states(picture)))
    chart = pygal.HorizontalBar(
        js=(),
        disable_xml_declaration=True,
        show_legend=False,
        print_values=True,
        print_values_position="top",
        show_x_labels=False,
        show_x_guides=False,
        width=760,
        height=HEIGHT_OF_A_BAR * max(len(states), 2) + 40,
        explicit_size=True,
        style=Style(
            background="transparent",
            plot_background="transparent",
            colors=(COLOUR,),
            font_family="system-ui, 'Segoe UI', Arial, sans-serif",
            label_font_size=15,
            value_font_size=14,
        ),
        formatter=lambda value: f"{ASIDE}{value:.0f}",
    )
    chart.x_labels = [state for state, _, _ in states]
    chart.add("factures", [count for _, count, _ in states])
    drawn: str = chart.render(is_unicode=True)
    return LIVELY.sub("", drawn)
