"""Generated stacks whose truth is known: no false split, no sheet missed; at torture, what is missed is held."""

from dataclasses import replace

import pytest

from dematfin.domain.finding import blocking
from dematfin.domain.paper.cut import cut
from dematfin.domain.paper.pages import Verdict
from dematfin.domain.paper.rules import PaperRules
from dematfin.sandbox.copier import Mode, Settings
from scanning.conftest import Look
from scanning.stacks import stack

NORMAL = {
    "clean": Settings(),
    "dithered": Settings(mode=Mode.DITHER),
    "black and white": Settings(mode=Mode.BITONAL),
    "skewed": Settings(skew=3),
    "low contrast": Settings(contrast=0.35),
    "duplex, bleeding through": Settings(duplex=True, bleed=0.12),
    "stained": Settings(stains=2),
    "upside-down": Settings(turn=180),
    "landscape": Settings(turn=90),
    "compact": Settings(mode=Mode.MRC),
    "strips": Settings(mode=Mode.STRIPS),
    "colour at 300": Settings(mode=Mode.COLOUR, dpi=300),
    "coarse": Settings(dpi=100),
    "without loss": Settings(mode=Mode.FLATE, dpi=150),
}
TORTURE = {
    "dithered, coarse, askew, stained": Settings(dpi=100, mode=Mode.DITHER, skew=6, stains=8, contrast=0.5),
    "faint and noisy": Settings(dpi=75, contrast=0.15, noise=25, stains=6, skew=5),
    "black and white, stained": Settings(mode=Mode.BITONAL, contrast=0.6, stains=12, skew=4),
    "covered, through the paper": Settings(stains=16, noise=50, duplex=True, bleed=0.3),
    "tiny": Settings(dpi=60, skew=8, noise=30),
    "snow": Settings(dpi=100, mode=Mode.BITONAL, contrast=0.3, noise=60),
}


@pytest.mark.parametrize("name", NORMAL)
@pytest.mark.parametrize("seed", [11, 12])
def test_every_sheet_is_read_and_nothing_else_is_a_sheet(look: Look, name: str, seed: int) -> None:
    truth = stack(seed, replace(NORMAL[name], seed=seed))
    made = cut(look(truth.pdf), PaperRules())
    assert tuple(piece.pages for piece in made.pieces) == truth.documents
    assert [place for place, one in enumerate(made.verdicts, start=1) if one is Verdict.SEPARATOR] == [*truth.sheets]
    assert [piece.sheet and piece.sheet.serial for piece in made.pieces] == [1, 2, 3, 4]
    assert blocking(made.remarks) == ()


@pytest.mark.parametrize("name", TORTURE)
@pytest.mark.parametrize("seed", [21, 22])
def test_at_torture_a_missed_sheet_holds_the_batch(look: Look, name: str, seed: int) -> None:
    truth = stack(seed, replace(TORTURE[name], seed=seed))
    made = cut(look(truth.pdf), PaperRules())
    right = {frozenset(pages) for pages in truth.documents}
    if not blocking(made.remarks):  # published: then no document holds the pages of two invoices
        assert {frozenset(piece.pages) for piece in made.pieces} == right


def test_the_back_of_a_sheet_is_no_document(look: Look) -> None:
    truth = stack(5, Settings(duplex=True, bleed=0.16))
    made = cut(look(truth.pdf), PaperRules())
    backs = [page + 1 for page in truth.sheets]
    assert [made.verdicts[page - 1] for page in backs] == [Verdict.BACK] * len(backs)


@pytest.mark.parametrize(("turn", "upright"), [(0, 0), (90, 90), (180, 180), (270, 270)])
def test_a_turned_stack_is_shown_upright(look: Look, turn: int, upright: int) -> None:
    """A copier's image turned left by so much has to be turned right by as much."""
    made = cut(look(stack(6, Settings(turn=turn), invoices=1).pdf), PaperRules())
    assert [piece.turn for piece in made.pieces] == [upright]
