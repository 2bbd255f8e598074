"""The cut: whatever the order of sheets, backs and blanks, each page is somewhere, and once only."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.finding import blocking
from dematfin.domain.paper.cut import Cut, check_partition, cut, cut_by_hand, one_piece
from dematfin.domain.paper.pages import Piece, Sight, Verdict
from dematfin.domain.paper.rules import Duplex, PaperRules
from dematfin.domain.paper.sheet import Mark, Sheet
from dematfin.errors import PaperRefused, RuleError

RULES = PaperRules()
S, B, C, X = Verdict.SEPARATOR, Verdict.BACK, Verdict.CONTENT, Verdict.BLANK_BACK


def stack(*pages: str) -> tuple[Sight, ...]:
    """Lay pages: `1` a sheet of that serial, `A1` an annex sheet, `L2` the end of two invoices, `.` a blank,
    `x` content, `?` a page that may be a sheet, `g1` the back of sheet 1 that shows through, `g` the same, not read."""
    return tuple(_page(number, sign) for number, sign in enumerate(pages, start=1))


def _page(number: int, sign: str) -> Sight:
    seen = Sight(page=number, digest=f"{number}", blank=sign == ".")
    if sign == "?":
        return replace(seen, suspicion="l'aspect d'une feuille de séparation")
    if sign[0] == "L":
        return replace(seen, sheet=Sheet(mark=Mark.END, route=sign[1:], serial=9))
    digits = sign.strip("gA")
    sheet = (
        Sheet(mark=Mark.ANNEX if "A" in sign else Mark.INVOICE, route="ECOLE", serial=int(digits))
        if digits.isdigit()
        else None
    )
    return replace(seen, sheet=sheet, ghost="g" in sign)


def pieces(made: Cut) -> list[tuple[int, ...]]:
    return [piece.pages for piece in made.pieces]


def codes(made: Cut) -> list[str]:
    return [finding.code for finding in made.remarks]


def test_a_sheet_announces_the_pages_up_to_the_next_one() -> None:
    made = cut(stack("1", "x", "x", "2", "x"), RULES)
    assert made.verdicts == (S, C, C, S, C)
    assert [(piece.pages, piece.sheet and piece.sheet.serial) for piece in made.pieces] == [((2, 3), 1), ((5,), 2)]
    assert made.remarks == ()


def test_pages_before_the_first_sheet_are_a_document_of_their_own() -> None:
    made = cut(stack("x", "x", "1", "x"), RULES)
    assert pieces(made) == [(1, 2), (4,)]
    assert made.pieces[0].sheet is None
    assert codes(made) == ["SCAN-ORPHAN"]
    assert not blocking(made.remarks)


def test_no_sheet_at_all_holds_the_whole_file() -> None:
    made = cut(stack("x", "x"), RULES)
    assert pieces(made) == [(1, 2)]
    assert [finding.code for finding in blocking(made.remarks)] == ["SCAN-NONE"]


def test_two_sheets_in_a_row_make_no_empty_document() -> None:
    made = cut(stack("1", "2", "x"), RULES)
    assert pieces(made) == [(3,)]
    assert made.pieces[0].sheet == Sheet(route="ECOLE", serial=2)
    assert codes(made) == ["SCAN-EMPTY"]


def test_the_same_sheet_twice_is_its_own_back() -> None:
    assert cut(stack("1", "1", "x"), RULES).verdicts == (S, B, C)
    assert cut(stack("1", "g1", "x", "."), RULES).verdicts[1] is B


def test_the_same_serial_further_on_is_another_use_of_the_sheet() -> None:
    assert pieces(cut(stack("1", "x", "1", "x"), RULES)) == [(2,), (4,)]


def test_what_shows_through_a_back_is_no_sheet_even_misread() -> None:
    made = cut(stack("1", "g2", "x", "x"), RULES)
    assert made.verdicts == (S, B, C, C)
    assert cut(stack("1", "g", "x", "x"), RULES).verdicts == (S, B, C, C)


def test_both_sides_are_recognised_from_the_blank_backs() -> None:
    made = cut(stack("1", ".", "x", ".", "2", ".", "x", "x"), RULES)
    assert made.duplex
    assert made.verdicts == (S, B, C, C, S, B, C, C)


@pytest.mark.parametrize(
    "pages",
    [
        ("1", "x", "x", "2", "x", "x"),  # the second sheet is at an odd place
        ("1", ".", "x"),  # an odd number of pages
        ("1", "x", "2", "x", "3", "x", "4", "x"),  # what follows sheets is written
    ],
)
def test_one_side_is_not_taken_for_two(pages: tuple[str, ...]) -> None:
    made = cut(stack(*pages), RULES)
    assert not made.duplex
    assert B not in made.verdicts


def test_a_used_back_stays_with_the_invoice_and_is_told() -> None:
    made = cut(stack("1", "x", "x", "."), PaperRules(duplex=Duplex.ON))
    assert pieces(made) == [(2, 3, 4)]
    assert codes(made) == ["SCAN-USED"]


def test_blank_backs_are_kept_unless_somebody_asks() -> None:
    pages = stack("1", ".", "x", ".", ".", ".")
    assert pieces(cut(pages, RULES)) == [(3, 4, 5, 6)]
    made = cut(pages, PaperRules(drop_blank_backs=True))
    assert made.verdicts == (S, B, C, X, C, X)  # page 5 is a front: never left out


def test_an_annex_sheet_keeps_what_follows_with_the_invoice() -> None:
    made = cut(stack("1", "x", "A2", "x", "3", "x"), RULES)
    assert pieces(made) == [(2, 4), (6,)]


def test_an_announced_number_that_differs_holds_the_batch() -> None:
    pages = stack("1", "x", "2", "x")
    assert codes(cut(pages, RULES, 3)) == ["SCAN-COUNT"]
    assert codes(cut(pages, RULES, 2)) == []
    assert codes(cut(stack("1", "x", "2", "x", "L2"), RULES)) == []
    (found,) = cut(stack("1", "x", "L2"), RULES).remarks
    assert (found.code, found.about) == ("SCAN-COUNT", "3")


def test_each_end_sheet_counts_its_own_part() -> None:
    assert codes(cut(stack("1", "x", "L1", "2", "x", "3", "x", "L2"), RULES)) == []


def test_pages_after_an_end_sheet_are_announced_by_nobody() -> None:
    made = cut(stack("1", "x", "L1", "x"), RULES)
    assert [piece.sheet for piece in made.pieces] == [Sheet(route="ECOLE", serial=1), None]


def test_a_doubt_holds_the_batch() -> None:
    made = cut(stack("1", "x", "?", "x"), RULES)
    assert [(finding.code, finding.about) for finding in blocking(made.remarks)] == [("SCAN-SHEET", "3")]


def test_a_long_document_is_suspected() -> None:
    assert codes(cut(stack("1", *"x" * 31), RULES)) == ["SCAN-LONG"]
    assert codes(cut(stack("1", *"x" * 30), RULES)) == []


def test_the_way_a_sheet_lies_turns_what_follows() -> None:
    first, second, third = stack("1", "x", "2")
    made = cut((replace(first, turn=180), second, third, *stack("x", "x", "x", "x")[3:]), RULES)
    assert [piece.turn for piece in made.pieces] == [180, 0]


def test_a_person_names_sheets_that_nobody_read_and_where_invoices_begin() -> None:
    pages = stack("1", "x", "?", "x", "x")
    by_sheet = cut_by_hand(pages, RULES, {3}, set())
    assert by_sheet.verdicts == (S, C, S, C, C)
    assert pieces(by_sheet) == [(2,), (4, 5)]
    assert pieces(cut_by_hand(pages, RULES, set(), {3, 5})) == [(2,), (3, 4), (5,)]
    assert cut_by_hand(pages, RULES, set(), set()).remarks == ()


@pytest.mark.parametrize(("sheets", "starts", "words"), [({9}, set(), "page 9"), (set(), {1}, "feuille")])
def test_a_page_that_cannot_be_cut_is_refused(sheets: set[int], starts: set[int], words: str) -> None:
    with pytest.raises(RuleError, match=words):
        cut_by_hand(stack("1", "x"), RULES, sheets, starts)


@pytest.mark.parametrize(
    "wrong",
    [
        (Piece(pages=(2,)),),
        (Piece(pages=(1, 2, 3)),),
        (Piece(pages=(2, 3)), Piece(pages=(3,))),
        (Piece(pages=(2, 3)), Piece(pages=())),
    ],
)
def test_a_cut_that_loses_or_repeats_a_page_is_refused(wrong: tuple[Piece, ...]) -> None:
    with pytest.raises(PaperRefused) as refused:
        check_partition((S, C, C), wrong)
    assert refused.value.code == "invariant"


def test_a_file_of_one_invoice_is_one_document() -> None:
    assert pieces(one_piece(stack("1", "x", "."))) == [(1, 2, 3)]


SIGNS = st.sampled_from(["1", "2", "3", "A4", "L1", "L2", "x", "x", ".", "?", "g", "g1", "g2"])
SETTINGS = st.builds(
    PaperRules, duplex=st.sampled_from(Duplex), drop_blank_backs=st.booleans(), longest=st.integers(1, 40)
)


@given(st.lists(SIGNS, min_size=1, max_size=24), SETTINGS)
def test_every_page_is_somewhere_and_only_once(signs: list[str], rules: PaperRules) -> None:
    sights = stack(*signs)
    made = cut(sights, rules)
    held = Counter(page for piece in made.pieces for page in piece.pages)
    others = {page for page, verdict in enumerate(made.verdicts, start=1) if verdict is not C}
    assert set(held) | others == set(range(1, len(signs) + 1))
    assert set(held.values()) <= {1}
    assert not set(held) & others
    assert all(piece.pages == tuple(sorted(piece.pages)) for piece in made.pieces)
    assert [page for piece in made.pieces for page in piece.pages] == sorted(held)


@given(st.lists(SIGNS, min_size=1, max_size=24), SETTINGS)
def test_nothing_written_is_ever_left_out(signs: list[str], rules: PaperRules) -> None:
    sights = stack(*signs)
    made = cut(sights, rules)
    for sight, verdict in zip(sights, made.verdicts, strict=True):
        if sight.sheet is None and not sight.blank and not sight.ghost:
            assert verdict is C
        if verdict is X:
            assert rules.drop_blank_backs
            assert sight.page % 2 == 0


@given(st.lists(SIGNS, min_size=1, max_size=24), SETTINGS, st.data())
def test_a_cut_by_hand_loses_no_page_either(signs: list[str], rules: PaperRules, data: st.DataObject) -> None:
    sights = stack(*signs)
    sheets = data.draw(st.sets(st.sampled_from([sight.page for sight in sights]), max_size=4))
    free = [page for piece in cut_by_hand(sights, rules, sheets, ()).pieces for page in piece.pages]
    starts = data.draw(st.sets(st.sampled_from(free), max_size=4)) if free else set()
    made = cut_by_hand(sights, rules, sheets, starts)
    assert Counter(page for piece in made.pieces for page in piece.pages) == Counter(free)
    assert starts <= {piece.pages[0] for piece in made.pieces}


@given(st.lists(SIGNS, min_size=2, max_size=24))
def test_two_pages_with_a_sheet_between_them_are_never_glued(signs: list[str]) -> None:
    sights = stack(*signs)
    made = cut(sights, RULES)
    for piece in made.pieces:
        inside = range(piece.pages[0], piece.pages[-1])
        marks = [sights[page - 1].sheet for page in inside if made.verdicts[page - 1] is S]
        assert all(sheet and sheet.mark is Mark.ANNEX for sheet in marks)
