"""Two invoices in one document are told by what their pages say."""

import pytest

from dematfin.domain.paper.glue import glued
from dematfin.domain.paper.proposals import Familiar, Source

FAMILIAR = Familiar(tiers={"910987650": "PAPETERIE DU LAC", "901122333": "TRAVAUX PUBLICS DES COLLINES"})
LAKE = "PAPETERIE DU LAC\nSIRET 910 987 650 00017\nFacture n° {number}\nTotal TTC 120,00 €"
HILLS = "TRAVAUX PUBLICS DES COLLINES\nSIRET 901 122 333 00015\nFacture n° {number}\nTotal TTC 60,00 €"


@pytest.mark.parametrize(
    ("pages", "words"),
    [
        ((LAKE.format(number="F-2026-12"), LAKE.format(number="F-2026-13")), "numéros"),
        ((LAKE.format(number="F-2026-12"), "conditions générales", HILLS.format(number="F-2026-12")), "fournisseurs"),
        ((LAKE.format(number="F-2026-12"), LAKE.format(number="F-2026-12")), ""),
        ((LAKE.format(number="F-2026-12"), "suite\nBon de livraison n° 778\nconditions de vente"), ""),
        ((LAKE.format(number="F-2026-12"),), ""),
        ((), ""),
    ],
)
def test_what_two_pages_contradict_each_other_on(pages: tuple[str, ...], words: str) -> None:
    found = glued(pages, Source.OCR, FAMILIAR)
    assert bool(found) == bool(words)
    assert words in found
