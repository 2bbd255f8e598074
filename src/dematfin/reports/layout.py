"""How a letter is laid out: A4, plain fonts that every reader has, words that are never markup."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from dematfin.domain.interruption import Interruption
from dematfin.domain.paper.notice import Notice

PLAIN: Final = ParagraphStyle("plain", fontName="Helvetica", fontSize=10.5, leading=15, spaceAfter=8)
STRONG: Final = ParagraphStyle("strong", parent=PLAIN, fontName="Helvetica-Bold")
RIGHT: Final = ParagraphStyle("right", parent=PLAIN, alignment=TA_RIGHT)
MARGIN: Final = 2 * cm
ALPHABET: Final = "cp1252"
"""What the fonts that every reader has can draw."""
UNKNOWN: Final = "?"


def letter(story: Sequence[Flowable], title: str, author: str) -> bytes:
    """Return a PDF; the same words give the same bytes."""
    sink = BytesIO()
    page(sink, title, author).build(list(story))
    return sink.getvalue()


def page(sink: BytesIO, title: str, author: str) -> SimpleDocTemplate:
    """Return what lays flowables out on A4 pages."""
    return SimpleDocTemplate(
        sink,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=drawable(title),
        author=drawable(author),
        lang="fr-FR",
        invariant=True,
        pageCompression=0,  # a page weighs little, and its words can be found in it
    )


def head(words: Interruption | Notice, title: str) -> list[Flowable]:
    """Return what every letter begins with: who writes, to whom, when, about what."""
    return [
        text(words.sender, STRONG),
        text(f"SIRET {words.siret}"),
        text(words.supplier, RIGHT),
        text(words.supplier_identifier, RIGHT),
        text(f"Le {day(words.written_on)}", RIGHT),
        Spacer(1, 0.6 * cm),
        text(f"Objet : {title}", STRONG),
    ]


def text(words: str, style: ParagraphStyle = PLAIN) -> Paragraph:
    """Return a paragraph of words that may come from anybody: nothing in them is markup."""
    return Paragraph(plain(words), style)


def plain(words: str) -> str:
    """Return words that may come from anybody, as a paragraph draws them: nothing in them is markup."""
    return escape(drawable(words))


def day(value: date) -> str:
    """Write a date."""
    return f"{value:%d/%m/%Y}"


def drawable(words: str) -> str:
    """Return a text without what our fonts cannot draw: a letter loses its accent, another sign shows as `?`.

    >>> drawable("Łódź Œuvre 5 €")
    'Lódz Œuvre 5 €'
    """
    return "".join(_drawable(sign) for sign in unicodedata.normalize("NFC", words))


def _drawable(sign: str) -> str:
    if unicodedata.category(sign).startswith("C"):
        return UNKNOWN
    bare = unicodedata.name(sign, UNKNOWN).partition(" WITH ")[0]
    for drawn in (sign, _letter(bare)):
        if drawn.encode(ALPHABET, errors="ignore"):
            return drawn
    return UNKNOWN


def _letter(name: str) -> str:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return UNKNOWN
