"""The letter that interrupts the legal delay, as PDF."""

from datetime import date
from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.platypus import Flowable, ListFlowable, Paragraph, SimpleDocTemplate, Spacer

from dematfin.domain.interruption import Interruption
from dematfin.domain.money import french

PLAIN: Final = ParagraphStyle("plain", fontName="Helvetica", fontSize=10.5, leading=15, spaceAfter=8)
STRONG: Final = ParagraphStyle("strong", parent=PLAIN, fontName="Helvetica-Bold")
RIGHT: Final = ParagraphStyle("right", parent=PLAIN, alignment=TA_RIGHT)


class PdfLetters:
    """Implements ports.letters.Letters."""

    def interruption(self, words: Interruption) -> bytes:
        """Return the letter; the day of its receipt is that of the status in Chorus Pro, which sends it."""
        sink = BytesIO()
        title = f"Interruption du délai de paiement de la facture {words.number}"
        document = SimpleDocTemplate(
            sink, pagesize=A4, margin=2 * cm, title=title, author=words.sender, lang="fr-FR", invariant=True
        )
        document.build(_story(words, title))
        return sink.getvalue()


def _story(words: Interruption, title: str) -> list[Flowable]:
    return [
        Paragraph(f"<b>{escape(words.sender)}</b><br/>SIRET {words.siret}", PLAIN),
        Paragraph(f"{escape(words.supplier)}<br/>{escape(words.supplier_identifier)}", RIGHT),
        Paragraph(f"Le {_day(words.written_on)}", RIGHT),
        Spacer(1, 0.6 * cm),
        Paragraph(f"Objet : {escape(title)}", STRONG),
        Paragraph("Madame, Monsieur,", PLAIN),
        Paragraph(_invoice(words), PLAIN),
        Paragraph("Elle ne peut pas être payée en l'état, pour le motif suivant :", PLAIN),
        Paragraph(escape(words.motif), STRONG),
        *_pieces(words.pieces),
        Paragraph(_law(words), PLAIN),
        Paragraph(
            "Répondez dans Chorus Pro, sur cette même facture (action « Compléter »), sans en déposer une nouvelle.",
            PLAIN,
        ),
        Paragraph("Nous vous prions d'agréer, Madame, Monsieur, nos salutations distinguées.", PLAIN),
        Paragraph(f"Pour {escape(words.sender)}, l'ordonnateur", RIGHT),
    ]


def _invoice(words: Interruption) -> str:
    return (
        f"Votre facture n° {escape(words.number)} du {_day(words.issued_on)}, d'un montant de "
        f"{french(words.ttc)} TTC (Chorus Pro n° {escape(words.remote_id)}), a été mise à notre disposition le "
        f"{_day(words.notified_on)}."
    )


def _pieces(pieces: tuple[str, ...]) -> list[Flowable]:
    if not pieces:
        return []
    listed = [Paragraph(escape(piece), PLAIN) for piece in pieces]
    return [Paragraph("Pièces ou mentions à fournir :", PLAIN), ListFlowable(listed, bulletType="bullet", start="–")]


def _law(words: Interruption) -> str:
    return (
        "En application des articles R. 2192-27 et R. 2192-28 du code de la commande publique, cette notification "
        "interrompt le délai de paiement. À réception de la totalité des éléments demandés, un nouveau délai de "
        f"{words.days} jours sera ouvert, ou le solde du délai restant à la date de réception de cette notification "
        "s'il "
        f"est supérieur à {words.days} jours (article R. 2192-29)."
    )


def _day(value: date) -> str:
    return f"{value:%d/%m/%Y}"
