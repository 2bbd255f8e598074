"""Proposals from hostile text: nothing breaks, nothing takes long, nothing of ours is taken for a supplier's."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dematfin.domain.paper.layout import LARGEST
from dematfin.domain.paper.proposals import Field, Source, Trust, propose
from dematfin.domain.parties.siret import siren
from domain.layouts import KNOWN, LAYOUTS
from hang import must_end

OURS = {siren(own) for own in KNOWN.ours}
WORDS = st.sampled_from(
    [
        *sorted({word for layout in LAYOUTS for word in layout.text.split()}),
        *("21990042000015", "219900420", "00015", "FR76", "0,00", "-", "\n", "\0", "O", "l", "99 999 999,99", "/", "%"),
    ]
)
CONFUSED = st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=60).flatmap(
    lambda words: st.lists(st.sampled_from([" ", "\n", "", " : "]), min_size=len(words), max_size=len(words)).map(
        lambda gaps: "".join(word + gap for word, gap in zip(words, gaps, strict=True))
    )
)
FIGURES = st.text("0123456789OIl ,.€%\nHTVAC", max_size=200)


@given(st.lists(st.one_of(CONFUSED, FIGURES, st.text()), max_size=3))
@example(["SIRET 21990042000015", "TVA FR 219900420"])
def test_whatever_is_written_proposals_keep_their_promises(pages: list[str]) -> None:
    found = {one.field: one for one in propose(pages, Source.OCR, KNOWN)}
    if Field.SIRET in found:
        assert siren(found[Field.SIRET].value) not in OURS
    totals = [found[name] for name in (Field.HT, Field.TVA, Field.TTC) if name in found]
    if any(one.trust is Trust.SURE for one in totals):
        ht, tva, ttc = (Decimal(one.value) for one in totals)
        assert ht + tva == ttc


@pytest.mark.parametrize(
    "pattern",
    [
        "1 ", "0", "9 99,", "1 234,56 ", "FR76 ", "siret 1", "facture n°1 ", "12/11/2026 ", "total ht ", "A-", "_-/",
        " ", "tva 1,00 ttc 2,00 ht 3,00 ", "date ", "12 novembre ", "le ", "BC26-0007 ", "prix unit.", "regler aa ",
    ],
)  # fmt: skip
def test_an_endless_line_is_read_to_its_end(pattern: str) -> None:
    line = pattern * (LARGEST // len(pattern))
    with must_end():
        propose([line], Source.OCR, KNOWN)


def test_what_comes_after_the_limit_is_not_read() -> None:
    page = ("x" * 99 + "\n") * (LARGEST // 100)
    assert propose([page, "Total TTC 12,00"], Source.OCR, KNOWN) == ()
    assert propose([page[:-40], "Total TTC 12,00"], Source.OCR, KNOWN) != ()
