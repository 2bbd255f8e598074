"""Separator sheets, as PDF: two QR codes in opposite corners, two bar codes at right angles, and words for people.

A stain, a note or a torn corner hits one QR code; dust in the feeder, which draws streaks down the page, kills the bar
code that lies across them and leaves the one that runs along them.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from reportlab.graphics import renderPDF
from reportlab.graphics.barcode.code128 import Code128
from reportlab.graphics.barcode.qr import QrCodeWidget
from reportlab.graphics.shapes import Drawing
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from dematfin.domain.paper.sheet import Mark, Sheet, payload

QR_SIDE: Final = 55
QR_PLACES: Final = ((20, 45), (135, 208))
ACROSS: Final = (20, 180)
LADDER: Final = (168, 40)
"""Places in millimetres from the top left corner; each symbol keeps its quiet zone."""
TITLES: Final = {
    Mark.INVOICE: "FEUILLE DE SÉPARATION",
    Mark.ANNEX: "FEUILLE D'ANNEXE",
    Mark.END: "FEUILLE DE FIN DE LOT",
}
ORDERS: Final = {
    Mark.INVOICE: (
        "Une feuille devant chaque facture,",
        "cette face vers le haut, comme la facture.",
        "Elle se réutilise : gardez-la après le passage.",
    ),
    Mark.ANNEX: (
        "À poser entre une facture et ses annexes",
        "(bon de livraison, procès-verbal...) :",
        "elles restent avec cette facture.",
    ),
    Mark.END: (
        "À poser tout à la fin de la pile.",
        "Le nombre de factures est vérifié :",
        "s'il diffère, le lot attend un agent.",
    ),
}


def sheets_pdf(sheets: Sequence[tuple[Sheet, str]]) -> bytes:
    """Return one A4 page for each sheet, with the label of its service; the same sheets give the same bytes."""
    sink = BytesIO()
    canvas = Canvas(sink, pagesize=A4, invariant=True, lang="fr-FR")
    canvas.setTitle("Feuilles de séparation")
    for sheet, label in sheets:
        _draw(canvas, sheet, label)
        canvas.showPage()
    canvas.save()
    return sink.getvalue()


def _draw(canvas: Canvas, sheet: Sheet, label: str) -> None:
    text = payload(sheet)
    for x, y in QR_PLACES:
        renderPDF.draw(_qr(text), canvas, x * mm, _up(y + QR_SIDE))
    _across(canvas, text)
    _ladder(canvas, text)
    _words(canvas, sheet, label)


def _qr(text: str) -> Drawing:
    side = QR_SIDE * mm
    drawing = Drawing(side, side)
    drawing.add(QrCodeWidget(text, barLevel="H", barBorder=0, barWidth=side, barHeight=side))
    return drawing


def _across(canvas: Canvas, text: str) -> None:
    bars = Code128(text, barWidth=0.5 * mm, barHeight=20 * mm, quiet=0)
    bars.drawOn(canvas, ACROSS[0] * mm, _up(ACROSS[1] + 20))


def _ladder(canvas: Canvas, text: str) -> None:
    bars = Code128(text, barWidth=0.4 * mm, barHeight=20 * mm, quiet=0)
    canvas.saveState()
    canvas.translate(LADDER[0] * mm, _up(LADDER[1]))
    canvas.rotate(-90)
    bars.drawOn(canvas, 0, 0)
    canvas.restoreState()


def _words(canvas: Canvas, sheet: Sheet, label: str) -> None:
    canvas.setFont("Helvetica-Bold", 24)
    canvas.drawString(20 * mm, _up(24), TITLES[sheet.mark])
    canvas.setFont("Helvetica", 13)
    named = f"{sheet.route}   {label}".strip()
    canvas.drawString(20 * mm, _up(33), f"{sheet.count} factures" if sheet.mark is Mark.END else named[:70])
    canvas.setFont("Helvetica", 12)
    for number, line in enumerate(ORDERS[sheet.mark]):
        canvas.drawString(20 * mm, _up(125 + 7 * number), line)
    canvas.drawString(20 * mm, _up(155), f"Feuille n° {sheet.series}")


def _up(y: int) -> float:
    """Return a height as PDF counts it, from the bottom of the page."""
    return float(A4[1] - y * mm)
