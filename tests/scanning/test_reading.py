"""A document is read by the best of what it carries."""

from pathlib import Path

import pytest

from dematfin.domain.paper.proposals import Field, Source
from dematfin.scanning.reading import read
from domain.layouts import PAPER_SHOP
from official import needs_tesseract
from scanning.pages import printed, scanned, with_attachment
from scanning.structured import cii


def test_structured_data_come_first(tmp_path: Path) -> None:
    words = read(with_attachment(tmp_path / "facture.pdf", "factur-x.xml", cii()), ocr=True)
    assert words
    assert words.source is Source.FACTURX
    page = printed(tmp_path / "page.pdf", PAPER_SHOP.text)
    both = read(with_attachment(tmp_path / "deux.pdf", "factur-x.xml", cii(), on=page), ocr=False)
    assert both
    assert (both.source, "F2026-0412" in both.pages[0]) == (Source.FACTURX, True)
    assert {one.field: one.value for one in words.proposals}[Field.NUMBER] == "F2026-0412"


@pytest.mark.parametrize("attached", [b"<Invoice/>", b"rien", b" " * 6_000_000])
def test_a_bad_attachment_leaves_the_page_to_read(attached: bytes, tmp_path: Path) -> None:
    page = printed(tmp_path / "page.pdf", PAPER_SHOP.text)
    words = read(with_attachment(tmp_path / "facture.pdf", "factur-x.xml", attached, on=page), ocr=False)
    assert words
    assert (words.source, words.proposals) == (Source.TEXT, ())
    assert "F2026-0412" in words.pages[0]


def test_a_picture_is_not_recognised_unless_asked(tmp_path: Path) -> None:
    picture = scanned(printed(tmp_path / "facture.pdf", "Facture"), tmp_path / "scan.pdf")
    assert read(picture, ocr=False) is None


@needs_tesseract
def test_the_first_and_the_last_pages_of_a_picture_are_recognised(tmp_path: Path) -> None:
    pdf = printed(tmp_path / "cinq.pdf", *(f"page {number}" for number in range(1, 6)))
    words = read(pdf, ocr=True)
    assert words
    assert words.source is Source.OCR
    assert [text.strip() for text in words.pages] == ["page 1", "page 2", "page 4", "page 5"]
