"""What is badly written costs its own line, whatever stands around it."""

import pytest

from dematfin.finance.csv_lines import HIGHEST, LONGEST, Record, records, split

WRONG = {
    "open": 'B1;"ouvert;1',
    "open, all quoted": '"B1";"ouvert;"1"',
    "open at the end": 'B1;x;"1',
    "closed too early": '"B1"x;y;1',
    "long": "B1;" + "x" * LONGEST,
}
AFTER = ["B2;x;1", '"B3";"x";"1"', 'B4;"deux\nlignes";1']


def read(text: str) -> list[Record]:
    return list(records(split(text), ";"))


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("after", AFTER, ids=["bare", "quoted", "of two lines"])
def test_a_wrong_line_is_told_by_its_number_and_the_next_one_is_read(wrong: str, after: str) -> None:
    good, bad, last = read(f"B0;x;1\n{wrong}\n{after}\n")
    assert (good.number, good.problem) == (1, "")
    assert (bad.number, bad.last, bool(bad.problem), bad.cells) == (2, 2, True, ())
    assert (last.number, last.problem, last.cells[2]) == (3, "", "1")


def test_the_reason_is_that_of_the_line_itself_not_of_those_it_would_swallow() -> None:
    first, second = read('B1;"ouvert\nB2;"' + "x" * LONGEST + "\n")
    assert "guillemet" in first.problem
    assert "trop longue" in second.problem


def test_inches_are_no_quotes() -> None:
    rows = [["B1", 'Tube 12"', "1"], ["B2", 'Tube 14"', "1"]]
    assert [line.cells for line in read('B1;Tube 12";1\nB2;Tube 14";1\n')] == rows


def test_numbers_are_those_of_the_file_whatever_came_before() -> None:
    lines = read('B1;"a\nb\nc";1\n\n;;\nB2;x;1\n')
    assert [(line.number, line.last, line.cells[0]) for line in lines] == [(1, 3, "B1"), (6, 6, "B2")]


def test_a_quote_left_open_on_each_line_is_refused_line_by_line() -> None:
    lines = read('"a;"b\n' * 20_000)
    assert [line.number for line in lines if line.problem] == list(range(1, 20_001))


def test_a_cell_has_only_so_many_lines() -> None:
    assert read('B1;"' + "\n" * (HIGHEST - 1) + '";1\n')[0].problem == ""
    assert read('B1;"' + "\n" * HIGHEST + '";1\n')[0].problem
