"""The page of figures: self-contained, says what each table means, runs nothing whatever a supplier is called."""

import re
from dataclasses import replace
from typing import Any, Final

import pytest
from lxml import html

from dematfin.domain.report.period import period
from dematfin.domain.report.table import Report
from dematfin.reports.html_report import write
from reports.a_report import CLOSED, DELAYS, REPORT, named, with_tables

FETCHING: Final = ("src", "srcset", "data", "action", "formaction", "poster", "background", "ping", "style")
"""Attributes by which a page fetches, sends, or changes its looks."""
KNOWN: Final = frozenset({
    "html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "figure", "div",
    "h1", "h2", "p", "b", "span", "a", "ol", "li", "dl", "dt", "dd",
    "table", "thead", "tbody", "tfoot", "tr", "th", "td",
    "svg", "desc", "g", "path", "rect", "text",
})  # fmt: skip
"""Elements that do nothing."""


def page(report: Report) -> Any:
    return html.fromstring(write(report).decode())


def words(node: Any) -> str:
    return " ".join(node.text_content().split())


def inert(root: Any) -> None:
    """Check that a page runs nothing, fetches nothing and leads only inside itself."""
    assert {node.tag for node in root.iter() if isinstance(node.tag, str)} <= KNOWN
    for node in root.iter():
        for name, value in node.attrib.items():
            assert not name.startswith("on")
            assert name not in FETCHING
            assert name != "href" or value.startswith("#")


def test_its_head_says_what_when_and_whether_it_may_change() -> None:
    head = words(page(REPORT).find(".//header"))
    assert "Chiffres : novembre 2026 COMMUNE DE VALBRUME" in head
    assert "Chiffres arrêtés au 28/11/2026 à 07 h 12 · provisoire" in head
    assert "ces chiffres changeront. Du 01/11/2026 au 30/11/2026." in head
    closed = words(page(CLOSED).find(".//header"))
    assert "Chiffres arrêtés au 31/10/2026 à 24 h 00 · mois clos" in closed
    assert "les mêmes au centime" in closed


@pytest.mark.parametrize(
    ("name", "state"), [("2026-10", "mois clos"), ("2026-T3", "trimestre clos"), ("2025", "année close")]
)
def test_what_is_over_is_named_by_its_kind(name: str, state: str) -> None:
    assert state in words(page(replace(CLOSED, period=period(name))).find(".//header"))


def test_what_it_was_narrowed_to_is_said() -> None:
    assert "VALBRUME · service VOIRIE" in words(page(replace(REPORT, scope="service VOIRIE")).find(".//header"))


def test_the_contents_lead_to_each_table() -> None:
    root = page(REPORT)
    links = [(link.get("href"), words(link)) for link in root.findall(".//nav//a")]
    assert [text for _, text in links] == [table.title for table in REPORT.tables]
    for link, title in links:
        assert words(root.get_element_by_id(link.removeprefix("#"))) == title


def test_each_table_has_its_meaning_its_population_its_cut_off_and_its_warnings() -> None:
    for section, table in zip(page(REPORT).findall(".//section"), REPORT.tables, strict=True):
        said = words(section)
        assert f"Définition {table.definition} Population {table.population}" in said
        assert "Arrêté au 28/11/2026 à 07 h 12 (provisoire)" in said
        assert [words(one) for one in section.find_class("warning")] == list(table.warnings)


def test_figures_are_on_the_right_with_no_break_spaces() -> None:
    section = page(REPORT).findall(".//section")[0]
    first = section.findall(".//tbody/tr")[0].findall("td")
    figures = ["1\xa0186", "1\xa0234\xa0567,89\xa0€", "33,4\xa0j", "12,5\xa0%", "30/10/2026"]
    assert [cell.text for cell in first] == ["Voirie", *figures]
    assert [cell.get("class") for cell in first] == [None, *["right"] * 4, None]
    assert [cell.text for cell in section.findall(".//tbody/tr")[2]] == ["Culture", "0", "0,00\xa0€", "—", "—", "—"]
    assert [cell.text for cell in section.find(".//tfoot/tr")][-2:] == ["12,5\xa0%", None]
    assert [title.get("scope") for title in section.findall(".//thead//th")] == ["col"] * 6


def test_nothing_to_count_is_said() -> None:
    empty = page(REPORT).findall(".//section")[2]
    assert "Rien à compter sur cette période." in words(empty)
    assert empty.find(".//table") is None


def test_it_is_one_file_that_runs_and_fetches_nothing() -> None:
    inert(page(REPORT))
    text = write(REPORT).decode()
    assert "default-src 'none'; style-src 'unsafe-inline'" in text
    assert not re.search(r"@import|url\(|https?://(?!www\.w3\.org/)", text)


def test_the_same_report_gives_the_same_bytes() -> None:
    assert write(CLOSED) == write(CLOSED)


HOSTILE: Final = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "</style><script>1</script>",
    "</title><script>1</script>",
    "{{ 7*7 }}",
    "javascript:alert(1)",
    "&lt;b&gt;",
)


def test_a_hostile_name_is_text_wherever_it_goes() -> None:
    bad = HOSTILE[0]
    report = named(*HOSTILE, key='"><script>', title=bad, definition=bad, population=bad, warnings=(bad,))
    root = page(replace(report, name=bad, scope=bad))
    inert(root)
    assert [cell.text for cell in root.xpath("//tbody//td[1]")] == list(HOSTILE)


def test_signs_that_turn_a_line_around_or_that_nobody_sees_are_left_out() -> None:
    report = named("A\x00\x1b[31m\u202eB\ud800\ufffe", "X" * 10_000)
    cells = [cell.text for cell in page(report).xpath("//tbody//td[1]")]
    assert cells == ["A[31mB", "X" * 10_000]


def test_two_tables_of_one_key_have_an_anchor_each() -> None:
    root = page(with_tables(DELAYS, DELAYS))
    ids = [node.get("id") for node in root.iter() if node.get("id")]
    assert len(ids) == len(set(ids))
