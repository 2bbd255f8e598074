"""What a sheet says, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.paper.sheet import PAYLOAD, Mark, Sheet, is_damaged, parse, payload, sheet_in

ALPHANUMERIC = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")
SHEETS = st.builds(
    Sheet,
    mark=st.sampled_from(Mark),
    route=st.from_regex(r"[A-Z0-9-]{1,8}", fullmatch=True),
    serial=st.integers(0, 999_999),
)


@given(SHEETS)
def test_what_is_printed_is_read_back(sheet: Sheet) -> None:
    text = payload(sheet)
    assert parse(text) == sheet
    assert len(text) <= 27
    assert set(text) <= ALPHANUMERIC


@given(SHEETS, st.data())
def test_one_sign_misread_is_no_sheet(sheet: Sheet, data: st.DataObject) -> None:
    text = payload(sheet)
    place = data.draw(st.integers(0, len(text) - 1))
    sign = data.draw(st.sampled_from(sorted(ALPHANUMERIC - {text[place]})))
    wrong = text[:place] + sign + text[place + 1 :]
    assert parse(wrong) is None
    assert is_damaged(wrong) == wrong.startswith("DMF")


@pytest.mark.parametrize(
    "text",
    ["", "BCD\n002", "DMF1:F:SCOLAIRE:42:5C64", "DMF2:F:SCOLAIRE:000042:5C64", "dmf1:f:scolaire:000042:5c64", "PATCHT"],
)
def test_other_codes_are_no_sheets(text: str) -> None:
    assert parse(text) is None


def test_a_foreign_separator_counts_only_where_it_is_asked_for() -> None:
    assert sheet_in(iter(["PATCHT"])) is None
    assert sheet_in(iter(["BCD", "PATCHT"]), patcht=True) == Sheet()


def test_the_count_of_an_end_sheet() -> None:
    assert Sheet(mark=Mark.END, route="12", serial=1).count == 12
    assert Sheet(route="12", serial=1).count is None


@given(st.text(max_size=40))
def test_any_text_is_read_without_harm(text: str) -> None:
    assert (parse(text) is not None) <= bool(PAYLOAD.fullmatch(text))
