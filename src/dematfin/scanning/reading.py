"""What a document says: its structured data, else the text that it carries, else what is recognised."""

from pathlib import Path
from typing import Final

from dematfin.domain.paper.proposals import Proposal, Source
from dematfin.errors import InvalidInvoice, PaperRefused, TooLarge, UnreadableXml
from dematfin.ports.paper_reader import Words
from dematfin.scanning import facturx
from dematfin.scanning.ocr import recognise
from dematfin.scanning.words import embedded, has_words, text_layer

MOST_PAGES: Final = 50
FIRST, LAST = 2, 2
"""Pages that are recognised: who sends what stands on the first ones, the totals on the last ones."""


def read(path: Path, *, ocr: bool) -> Words | None:
    """Return the words of a document; None when it is only an image and nobody asked for its recognition."""
    if structured := _structured(path):
        return Words(source=Source.FACTURX, pages=_beside(path), proposals=structured)
    pages = text_layer(path, MOST_PAGES)
    if has_words(pages):
        return Words(source=Source.TEXT, pages=pages)
    if not ocr:
        return None
    numbers = sorted({*range(len(pages))[:FIRST], *range(len(pages))[-LAST:]})
    return Words(source=Source.OCR, pages=recognise(path, numbers))


def _beside(path: Path) -> tuple[str, ...]:
    """Return the text that goes with structured data; these are enough when it cannot be read."""
    try:
        return text_layer(path, MOST_PAGES)
    except PaperRefused:
        return ()


def _structured(path: Path) -> tuple[Proposal, ...]:
    """Return what the attached invoice says; a bad attachment does not keep from reading the page itself."""
    try:
        data = embedded(path)
        return facturx.read(data) if data is not None else ()
    except (UnreadableXml, InvalidInvoice, TooLarge):
        return ()
