"""How a cell is written for people: no-break spaces, commas, and nothing that no reader sees."""

from datetime import date
from decimal import Decimal

import pytest

from dematfin.domain.report.table import Cell, Kind
from dematfin.reports.written import shown, words


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        (Decimal("1234567.5"), Kind.EUROS, "1\xa0234\xa0567,50\xa0€"),
        (Decimal("-0.01"), Kind.EUROS, "-0,01\xa0€"),
        (1234, Kind.COUNT, "1\xa0234"),
        (Decimal("33.35"), Kind.DAYS, "33,4\xa0j"),
        (12, Kind.DAYS, "12,0\xa0j"),
        (Decimal("0.1"), Kind.NUMBER, "0,1"),
        (Decimal("0.1245"), Kind.RATE, "12,5\xa0%"),
        (1, Kind.RATE, "100,0\xa0%"),
        (date(2026, 10, 2), Kind.DAY, "02/10/2026"),
        ("non calculé", Kind.EUROS, "non calculé"),
        (None, Kind.DAYS, "—"),
    ],
)
def test_a_cell_is_written_as_people_read_it(cell: Cell, kind: Kind, text: str) -> None:
    assert shown(cell, kind) == text


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("PAPETERIE\r\n\u202eDUL\x00 LAC", "PAPETERIE  DUL LAC"),
        ("\ud800\ufffe\uffff\u2028\u200b", ""),
        ("5\xa0000\u202f€ · Œuvres — 日本 🏛", "5\xa0000\u202f€ · Œuvres — 日本 🏛"),
    ],
)
def test_words_are_what_a_reader_sees_on_one_line(text: str, seen: str) -> None:
    assert words(text) == seen
