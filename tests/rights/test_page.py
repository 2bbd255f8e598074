"""The page that says who may do what says what the programme does."""

from rights.page import PAGE, written


def test_the_page_is_drawn_from_the_matrix() -> None:
    anew = "draw it anew: PYTHONPATH=src:tests python tests/rights/page.py"
    assert PAGE.read_text(encoding="utf-8") == written(), anew
