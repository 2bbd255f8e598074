"""The letter that interrupts the legal delay, as PDF."""

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
from reportlab.platypus import Flowable, ListFlowable, Paragraph, SimpleDocTemplate, Spacer

from dematfin.domain.interruption import NEW_DELAY, Interruption
from dematfin.domain.money import french
from dematfin.domain.paper.sheet import Sheet
from dematfin.reports.sheets import sheets_pdf

PLAIN: Final = ParagraphStyle("plain", fontName="Helvetica", fontSize=10.5, leading=15, spaceAfter=8)
STRONG: Final = ParagraphStyle("strong", parent=PLAIN, fontName="Helvetica-Bold")
RIGHT: Final = ParagraphStyle("right", parent=PLAIN, alignment=TA_RIGHT)
MARGIN: Final = 2 * cm
ALPHABET: Final = "cp1252"
"""What the fonts that every reader has can draw."""
UNKNOWN: Final = "?"


class PdfLetters:
    """Implements ports.letters.Letters."""

    def interruption(self, words: Interruption) -> bytes:
        """Return the letter; the day of its receipt is that of the status in Chorus Pro, which sends it.

        The same words give the same bytes.
        """
        sink = BytesIO()
        title = f"Interruption du délai de paiement de la facture {drawable(words.number)}"
        document = SimpleDocTemplate(
            sink,
            pagesize=A4,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
            topMargin=MARGIN,
            bottomMargin=MARGIN,
            title=title,
            author=drawable(words.sender),
            lang="fr-FR",
            invariant=True,
            pageCompression=0,  # a page weighs little, and its words can be found in it
        )
        document.build(_story(words, title))
        return sink.getvalue()

    def sheets(self, sheets: Sequence[tuple[Sheet, str]]) -> bytes:
        """Return separator sheets."""
        return sheets_pdf([(sheet, drawable(label)) for sheet, label in sheets])


def drawable(text: str) -> str:
    """Return a text without what our fonts cannot draw: a letter loses its accent, another sign shows as `?`.

    >>> drawable("Łódź Œuvre 5 €")
    'Lódz Œuvre 5 €'
    """
    return "".join(_drawable(sign) for sign in unicodedata.normalize("NFC", text))


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


def _text(text: str, style: ParagraphStyle = PLAIN) -> Paragraph:
    """Return a paragraph of words that may come from anybody: nothing in them is markup."""
    return Paragraph(escape(drawable(text)), style)


def _story(words: Interruption, title: str) -> list[Flowable]:
    return [
        _text(words.sender, STRONG),
        _text(f"SIRET {words.siret}"),
        _text(words.supplier, RIGHT),
        _text(words.supplier_identifier, RIGHT),
        _text(f"Le {_day(words.written_on)}", RIGHT),
        Spacer(1, 0.6 * cm),
        _text(f"Objet : {title}", STRONG),
        _text("Madame, Monsieur,"),
        _text(_invoice(words)),
        _text("Elle ne peut pas être payée en l'état, pour le motif suivant :"),
        _text(words.motif, STRONG),
        *_pieces(words.pieces),
        _text(_law()),
        _text("Répondez dans Chorus Pro, sur cette même facture (action « Compléter »), sans en déposer une nouvelle."),
        _text("Nous vous prions d'agréer, Madame, Monsieur, nos salutations distinguées."),
        _text(f"Pour {words.sender}, l'ordonnateur", RIGHT),
    ]


def _invoice(words: Interruption) -> str:
    return (
        f"Votre facture n° {words.number} du {_day(words.issued_on)}, d'un montant de {french(words.ttc)} TTC (Chorus "
        f"Pro n° {words.remote_id}), a été mise à notre disposition le {_day(words.notified_on)}."
    )


def _pieces(pieces: tuple[str, ...]) -> list[Flowable]:
    if not pieces:
        return [_text("Les pièces ou mentions à fournir sont celles que ce motif désigne.")]
    listed = [_text(piece) for piece in pieces]
    return [_text("Pièces ou mentions à fournir :"), ListFlowable(listed, bulletType="bullet", start="–")]


def _law() -> str:
    return (
        "En application des articles R. 2192-27 et R. 2192-28 du code de la commande publique, cette notification "
        "interrompt le délai de paiement. À réception de la totalité des éléments demandés, un nouveau délai de "
        f"{NEW_DELAY} jours sera ouvert, ou le solde du délai restant à la date de réception de cette notification "
        f"s'il est supérieur à {NEW_DELAY} jours (article R. 2192-29)."
    )


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"
