"""Charts: bars that say their figures to everybody, on any page and any paper."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from lxml import etree

from dematfin.domain.report.table import Chart, Table
from dematfin.reports.charts import LONGEST, MOST, svg
from reports.a_report import DELAYS, EMPTY, LATE, named

SVG: Final = "{http://www.w3.org/2000/svg}"


def drawing(table: Table) -> Any:
    return etree.fromstring(svg(table))


def texts(root: Any) -> list[str]:
    return [node.text for node in root.iter(f"{SVG}text")]


def widths(root: Any) -> list[float]:
    """Return how long bars are, from top to bottom."""
    bars = sorted(root.iter(f"{SVG}rect"), key=lambda node: float(node.get("y")))
    return [float(node.get("width", "0")) for node in bars]


def test_each_bar_is_as_long_as_its_figure_and_says_it() -> None:
    root = drawing(DELAYS)
    voirie, ecoles = widths(root)
    assert round(voirie / ecoles, 3) == round(33.4 / 21, 3)
    assert {"Voirie", "Écoles & cantines", "33,4\xa0j", "21,0\xa0j"} <= set(texts(root))
    assert "Culture" not in texts(root)  # a mean of nothing is no bar


def test_the_target_is_a_line_at_its_place() -> None:
    root = drawing(DELAYS)
    (line,) = (node for node in root.iter(f"{SVG}path") if node.get("stroke-dasharray"))
    (target,) = re.findall(r"M([\d.]+)", line.get("d"))
    first = min(root.iter(f"{SVG}rect"), key=lambda node: float(node.get("y")))
    end = float(first.get("x")) + float(first.get("width"))
    start = float(first.get("x"))
    assert round((float(target) - start) / (end - start), 3) == round(30 / 33.4, 3)
    assert "objectif : 30,0\xa0j" in texts(root)
    assert "stroke-dasharray" not in svg(replace(DELAYS, chart=Chart(label="service", value="delai")))


def test_a_target_that_nobody_reached_is_drawn_too() -> None:
    far = replace(DELAYS, chart=Chart(label="service", value="delai", target=Decimal(100)))
    root = drawing(far)
    (line,) = (node for node in root.iter(f"{SVG}path") if node.get("stroke-dasharray"))
    assert float(re.findall(r"M([\d.]+)", line.get("d"))[0]) > max(widths(root)) * 2


def test_it_is_told_to_whoever_does_not_see_it() -> None:
    root = drawing(DELAYS)
    assert root.get("role") == "img"
    assert [node.tag for node in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
    assert root[0].text == "Délai global de paiement par service"
    assert root[1].text == "Voirie : 33,4\xa0j; Écoles & cantines : 21,0\xa0j. Objectif : 30,0\xa0j."
    assert len(list(root.iter(f"{SVG}title"))) == 1


def test_it_needs_no_style_sheet_runs_nothing_and_fetches_nothing() -> None:
    text = svg(DELAYS)
    for unwanted in ("<style", "<script", "<!--", "class=", "style=", "href", "url(", "id=", "pygal"):
        assert unwanted not in text
    root = drawing(DELAYS)
    assert all(node.get("fill") for tag in ("rect", "text") for node in root.iter(SVG + tag))


def test_the_same_table_gives_the_same_drawing() -> None:
    assert svg(DELAYS) == svg(DELAYS)


def test_only_so_many_bars_are_compared_and_that_is_said() -> None:
    root = drawing(LATE)
    assert len(widths(root)) == MOST
    assert root[1].text.endswith(f" Les {MOST} premières lignes sur 60, toutes dans le tableau.")


def test_there_is_no_drawing_of_nothing() -> None:
    assert svg(EMPTY) == ""
    assert svg(replace(DELAYS, chart=None)) == ""
    assert svg(replace(DELAYS, rows=DELAYS.rows[2:])) == ""
    noughts = (("Culture", 0, Decimal(0), Decimal(0), None, None),)
    assert svg(replace(DELAYS, rows=noughts)) == ""
    assert len(widths(drawing(replace(DELAYS, rows=(*noughts, *DELAYS.rows))))) == 3


def test_amounts_below_zero_are_drawn() -> None:
    euros = drawing(replace(DELAYS, chart=Chart(label="service", value="ttc")))
    assert {"-12,50\xa0€", "1\xa0234\xa0567,89\xa0€"} <= set(texts(euros))
    assert all(float(node.get("x")) < 760 for node in euros.iter(f"{SVG}text"))


def test_a_hostile_name_is_a_text_of_a_bounded_length() -> None:
    root = drawing(named("</text><script>alert(1)</script>", "\x00\x1b\ud800\ufffe\u202eDUL", "X" * 10_000).tables[0])
    assert list(root.iter(f"{SVG}script")) == []
    assert texts(root)[0] == "X" * (LONGEST - 1) + "…"
    assert {"</text><script>alert(1)</script>", "DUL"} <= set(texts(root))
