"""Records of a CSV text: what is badly written costs its own line."""

import csv
import io
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.finance.csv_lines import HIGHEST, LONGEST, Line, records, split

CELLS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="\ufffd"), max_size=9)
ROWS = st.lists(st.lists(CELLS | st.just("deux\nlignes"), min_size=2, max_size=4).filter(any), max_size=6)
SEPARATORS = st.sampled_from(";,\t|")
QUOTINGS: tuple[Literal[0, 1], ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)


def read(text: str, separator: str = ";") -> list[Line]:
    return list(records(split(text), separator))


@given(rows=ROWS, separator=SEPARATORS, quoting=st.sampled_from(QUOTINGS), end=st.sampled_from(["\n", "\r\n"]))
def test_any_writing_of_the_same_rows_reads_the_same(
    rows: list[list[str]], separator: str, quoting: Literal[0, 1], end: str
) -> None:
    sheet = io.StringIO(newline="")
    csv.writer(sheet, delimiter=separator, quoting=quoting, lineterminator=end).writerows(rows)
    assert [line.cells for line in read(sheet.getvalue(), separator)] == [
        [cell.replace("\n", " ") for cell in row] for row in rows
    ]


WRONG = {
    "open": 'B1;"ouvert;1',
    "open, all quoted": '"B1";"ouvert;"1"',
    "open at the end": 'B1;x;"1',
    "closed too early": '"B1"x;y;1',
    "nul": "B1;\x00;1",
    "escape": "B1;\x1b[2J;1",
    "lost": "B1;\N{REPLACEMENT CHARACTER};1",
    "long": "B1;" + "x" * LONGEST,
}
AFTER = ["B2;x;1", '"B3";"x";"1"', 'B4;"deux\nlignes";1']


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("after", AFTER, ids=["bare", "quoted", "of two lines"])
def test_a_wrong_line_is_told_by_its_number_and_the_next_one_is_read(wrong: str, after: str) -> None:
    good, bad, last = read(f"B0;x;1\n{wrong}\n{after}\n")
    assert (good.number, good.problem) == (1, "")
    assert (bad.number, bool(bad.problem), bad.cells) == (2, True, ())
    assert (last.number, last.problem, last.cells[2]) == (3, "", "1")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [("open", "guillemet"), ("closed too early", "guillemet"), ("nul", "illisible"), ("long", "trop longue")],
)
def test_the_reason_is_said(wrong: str, why: str) -> None:
    (line,) = read(WRONG[wrong])
    assert why in line.problem


def test_the_reason_is_that_of_the_line_itself_not_of_those_it_would_swallow() -> None:
    first, second = read('B1;"ouvert\nB2;"x\x00\n')
    assert "guillemet" in first.problem
    assert "illisible" in second.problem


def test_the_ends_of_line_of_old_machines_are_read() -> None:
    assert [line.cells for line in read("B1;x\rB2;y\r")] == [["B1", "x"], ["B2", "y"]]


def test_inches_are_no_quotes() -> None:
    assert [line.cells for line in read('B1;Tube 12";1\nB2;Tube 14";1\n')] == [
        ["B1", 'Tube 12"', "1"],
        ["B2", 'Tube 14"', "1"],
    ]


def test_numbers_are_those_of_the_file_whatever_came_before() -> None:
    lines = read('B1;"a\nb\nc";1\n\n;;\nB2;x;1\n')
    assert [(line.number, line.cells[0]) for line in lines] == [(1, "B1"), (6, "B2")]


def test_a_quote_left_open_on_each_line_costs_no_more_than_a_glance() -> None:
    lines = read('"a;"b\n' * 20_000)
    assert len(lines) == 20_000
    assert all(line.problem for line in lines)


def test_a_cell_of_too_many_lines_is_refused_line_by_line() -> None:
    assert read('B1;"' + "\n" * (HIGHEST - 1) + '";1\n')[0].cells == ["B1", "", "1"]
    assert read('B1;"' + "\n" * HIGHEST + '";1\n')[0].problem
