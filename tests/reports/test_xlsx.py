"""Workbooks, read again by another library: real types, no formula, no link, the same bytes for the same figures."""

import re
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

import pytest
from openpyxl import load_workbook

from dematfin.domain.report.table import Report
from dematfin.reports.written import names
from dematfin.reports.xlsx import LONGEST, write
from reports.a_report import CLOSED, DELAYS, REPORT, named, with_tables

HEADER: Final = 3
"""The line of titles, as spreadsheets count."""


def opened(report: Report) -> Any:
    return load_workbook(BytesIO(write(report)))


@pytest.fixture(scope="module")
def book() -> Any:
    return opened(REPORT)


def parts(report: Report) -> dict[str, str]:
    with zipfile.ZipFile(BytesIO(write(report))) as packed:
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_there_is_one_sheet_a_table_after_the_summary(book: Any) -> None:
    assert book.sheetnames == ["Sommaire", "delai-par-service", "rejets", "doublons"]


def test_cells_have_real_types(book: Any) -> None:
    sheet = book["delai-par-service"]
    voirie = sheet[HEADER + 1]
    assert [cell.data_type for cell in voirie] == ["s", "n", "n", "n", "n", "d"]
    assert [cell.value for cell in voirie] == ["Voirie", 1186, 1234567.89, 33.4, 0.125, datetime(2026, 10, 30)]  # noqa: DTZ001 - a day
    formats = ["@", "#,##0", '#,##0.00\xa0"€"', "0.0", "0.0%", "dd/mm/yyyy"]
    assert [cell.number_format for cell in voirie] == formats
    assert [cell.value for cell in sheet[HEADER + 3]] == ["Culture", 0, 0, None, None, None]
    total = sheet[HEADER + 4]
    assert (total[0].value, total[2].value, total[2].font.bold) == ("Ensemble", 1234555.39, True)


def test_titles_stay_in_sight_and_columns_fit(book: Any) -> None:
    sheet = book["delai-par-service"]
    assert sheet.freeze_panes == "A4"
    assert sheet.print_title_rows == "$3:$3"
    assert [cell.value for cell in sheet[HEADER]] == [column.title for column in DELAYS.columns]
    assert sheet.column_dimensions["C"].width > len("1 234 567,89 €")
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")


def test_what_figures_mean_travels_with_them(book: Any) -> None:
    for sheet, table in zip(book.worksheets[1:], REPORT.tables, strict=True):
        said = [cell.value for (cell, *_) in sheet.iter_rows()]
        assert said[:2] == [table.title, "Chiffres arrêtés au 28/11/2026 à 07 h 12 (provisoire)"]
        assert f"Définition : {table.definition}" in said
        assert f"Population : {table.population}" in said
        assert [one for one in said if "À savoir" in str(one)] == [f"À savoir : {one}" for one in table.warnings]


def test_the_summary_says_the_period_the_cut_off_and_the_definitions() -> None:
    sheet = opened(CLOSED)["Sommaire"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [row[1] for row in rows[:6]] == [
        "COMMUNE DE VALBRUME",
        "toute la collectivité",
        "octobre 2026, du 01/10/2026 au 31/10/2026",
        "31/10/2026 à 24 h 00",
        "mois clos",
        "0:vide",
    ]
    assert rows[7] == ["Tableau", "Titre", "Lignes", "Définition", "Population", "À savoir"]
    assert [row[:3] for row in rows[8:]] == [
        [name, table.title, len(table.rows)] for name, table in zip(names(CLOSED), CLOSED.tables, strict=True)
    ]


def test_a_closed_month_gives_the_same_bytes() -> None:
    assert write(CLOSED) == write(CLOSED)
    assert "2026-11-01T00:00:00Z" in parts(CLOSED)["docProps/core.xml"]
    later = replace(CLOSED, cutoff=datetime(2026, 11, 2, tzinfo=UTC))
    assert write(later) != write(CLOSED)


def test_the_largest_amounts_are_exact_to_the_cent() -> None:
    amounts = (Decimal("999999999999.99"), Decimal("-999999999999.99"), Decimal("0.01"), Decimal("1234567.10"))
    table = named("x").tables[0]
    sheet = opened(with_tables(replace(table, rows=tuple(("x", one) for one in amounts))))["delai-par-service"]
    assert [Decimal(str(row[1].value)) for row in sheet.iter_rows(min_row=4, max_row=7)] == list(amounts)


def test_a_day_that_spreadsheets_do_not_know_is_written_out() -> None:
    rows = tuple(("x", 1, None, None, None, day) for day in (date(1899, 12, 31), date(1900, 3, 1), date(9999, 12, 31)))
    sheet = opened(with_tables(replace(DELAYS, rows=rows)))["delai-par-service"]
    found = [row[5].value for row in sheet.iter_rows(min_row=4, max_row=6)]
    assert found == ["31/12/1899", datetime(1900, 3, 1), datetime(9999, 12, 31)]  # noqa: DTZ001 - days


HOSTILE: Final = (
    "=1+1",
    "=HYPERLINK(\"http://x.invalid\",\"ici\")",
    "{=SUM(A1:A2)}",
    "+1",
    "-1",
    "@SUM(1)",
    "http://x.invalid/",
    "mailto:a@b.fr",
    "internal:Sommaire!A1",
    "1234",
    "<script>alert(1)</script>",
    "&amp; \"' ]]>",
    "  espaces  ",
)  # fmt: skip


def test_a_text_is_never_a_formula_nor_a_link() -> None:
    report = named(*HOSTILE, title="=1+1", definition="=2", population="@x", warnings=("+3",))
    for sheet in opened(report).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert cell.hyperlink is None
    cells = [row[0] for row in opened(report)["delai-par-service"].iter_rows(min_row=4, max_row=3 + len(HOSTILE))]
    assert [cell.value for cell in cells] == list(HOSTILE)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not [name for name, text in parts(report).items() if "<f>" in text or "hyperlink" in text]


def test_signs_that_xml_refuses_or_nobody_sees_are_left_out() -> None:
    report = named("A\x00\x07\x1b\u202e\ud800\ufffe\uffffB", "ligne\r\nsuivante", "X" * 10_000, "Y" * 40_000)
    sheet = opened(report)["delai-par-service"]
    found = [row[0].value for row in sheet.iter_rows(min_row=4, max_row=7)]
    assert found == ["AB", "ligne  suivante", "X" * 10_000, "Y" * (LONGEST - 1) + "…"]


def test_what_looks_like_an_escape_of_excel_is_read_as_it_is_written() -> None:
    (cell,) = re.findall(r"<t[^>]*>([^<]*0041_[^<]*)</t>", parts(named("_x0041_"))["xl/worksheets/sheet2.xml"])
    assert cell == "_x005F_x0041_"


@pytest.mark.parametrize(
    ("keys", "sheets"),
    [
        (("a/b:c*?[d]\\", "../../etc"), ("a-b-c-d", "etc")),
        (("x" * 40, "X" * 40, "x" * 31), ("x" * 31, "X" * 29 + "-2", "x" * 29 + "-3")),
        (("Sommaire", "", "'"), ("Sommaire-2", "tableau", "tableau-2")),
        (("é", "délai"), ("tableau", "d-lai")),
    ],
)
def test_sheets_have_names_that_excel_takes(keys: tuple[str, ...], sheets: tuple[str, ...]) -> None:
    report = with_tables(*(replace(DELAYS, key=key) for key in keys))
    assert opened(report).sheetnames == ["Sommaire", *sheets]
