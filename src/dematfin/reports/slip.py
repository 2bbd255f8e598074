"""The visa slip, as PDF: a verdict read at a glance, then the invoice, the steps, the documents, the journal."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from io import BytesIO
from typing import Final

from reportlab.lib.colors import HexColor, white
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import cm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table

from dematfin.domain.invoice.invoice import Origin
from dematfin.domain.labels import DECISION, MOTIVE, STEP
from dematfin.domain.money import french
from dematfin.domain.visa.circuit import Quorum
from dematfin.domain.visa.decision import DecisionKind
from dematfin.domain.visa.folder import FolderState
from dematfin.domain.visa.slip import Said, Slip, SlipStep
from dematfin.reports.layout import MARGIN, day, page, plain

INK: Final = HexColor("#1d2733")
SOFT: Final = HexColor("#5b6875")
LINE: Final = HexColor("#d9dfe6")
GREEN: Final = HexColor("#1d6b3a")
RED: Final = HexColor("#9c1c1c")
AMBER: Final = HexColor("#8a4b00")
PALE: Final = HexColor("#fff4e0")
EDGE: Final = MARGIN + 6
"""Where words begin: the library keeps six points inside its margins."""
WIDTH: Final = A4[0] - 2 * EDGE

BODY: Final = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=12, textColor=INK)
LABEL: Final = ParagraphStyle("label", parent=BODY, textColor=SOFT)
SMALL: Final = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=10)
PRINT: Final = ParagraphStyle("print", parent=SMALL, fontName="Courier", fontSize=7, splitLongWords=1)
TITLE: Final = ParagraphStyle("title", parent=BODY, fontName="Helvetica-Bold", fontSize=15, leading=19)
HEAD: Final = ParagraphStyle(
    "head", parent=BODY, fontName="Helvetica-Bold", fontSize=10.5, leading=14, spaceBefore=10, spaceAfter=3
)
LOUD: Final = ParagraphStyle("loud", parent=TITLE, textColor=white, fontSize=14, leading=18)
SUM: Final = ParagraphStyle("sum", parent=LOUD, alignment=TA_RIGHT)
QUIET: Final = ParagraphStyle("quiet", parent=BODY, textColor=white)
BREAKS: Final = re.compile(r"[\t\r\n]+")
GRID: Final = (
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
    ("LEFTPADDING", (0, 0), (0, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -1), 2.5),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 3.5),
)
OUTCOMES: Final = {
    FolderState.APPROVED: ("Service fait certifié", GREEN),
    FolderState.REFUSED: ("Visa refusé", RED),
    FolderState.IN_CIRCUIT: ("Visa en cours", SOFT),
    FolderState.DRAFT: ("Sans viseur", SOFT),
    FolderState.WITHDRAWN: ("Visa retiré", SOFT),
}


def slip_pdf(slip: Slip) -> bytes:
    """Return the slip; the same words give the same bytes."""
    sink = BytesIO()
    pages = _laid(slip, sink, total=1).page
    if pages > 1:  # known once it is laid out only
        sink = BytesIO()
        _laid(slip, sink, total=pages)
    return sink.getvalue()


def _laid(slip: Slip, sink: BytesIO, total: int) -> SimpleDocTemplate:
    """Lay the slip out; `total` pages are announced at the foot of each."""
    document = page(sink, f"Fiche de visa de la facture {slip.invoice.id}", slip.sender)
    mark = " · PROVISOIRE" if slip.provisional else ""

    def foot(canvas: Canvas, laid: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 7.5)
        canvas.setFillColor(SOFT)
        canvas.drawString(EDGE, MARGIN / 2, f"Fiche de visa de la facture {slip.invoice.id}{mark}")
        canvas.drawRightString(EDGE + WIDTH, MARGIN / 2, f"page {laid.page} / {total}")

    document.build(list(_story(slip)), onFirstPage=foot, onLaterPages=foot)
    return document


def _story(slip: Slip) -> Iterator[Flowable]:
    yield _p(f"{slip.sender} · SIRET {slip.siret}", LABEL)
    yield _p(f"Fiche de visa de la facture {slip.invoice.id}", TITLE)
    yield Spacer(1, 0.25 * cm)
    yield _verdict(slip)
    yield from _notices(slip)
    yield _p("Facture", HEAD)
    yield _invoice(slip)
    yield _p("Étapes du visa", HEAD)
    yield _steps(slip.steps)
    yield _p("Documents du dossier", HEAD)
    yield from _documents(slip)
    yield _p("Ce que le journal en raconte", HEAD)
    yield _lines(slip)
    yield Spacer(1, 0.2 * cm)
    yield _p("Journal scellé, empreinte du dernier évènement de cette facture :", SMALL)
    yield _p(slip.last_event, PRINT)


def _verdict(slip: Slip) -> Flowable:
    words, colour = OUTCOMES[slip.folder.state]
    ended = slip.folder.state in {FolderState.APPROVED, FolderState.REFUSED}
    last = slip.steps[slip.folder.rank].said[-1:] if ended else ()
    rows = [[_p(words, LOUD), _p(_sum(slip), SUM)]]
    rows += [[_p(_essential(slip, said), QUIET), ""] for said in last]
    spans = [("SPAN", (0, row), (1, row)) for row in range(1, len(rows))]
    style = [("BACKGROUND", (0, 0), (-1, -1), colour), ("VALIGN", (0, 0), (-1, -1), "TOP"), *_padded(), *spans]
    return Table(rows, colWidths=(0.5 * WIDTH, 0.5 * WIDTH), style=style, splitInRow=1)


def _sum(slip: Slip) -> str:
    asked = french(slip.invoice.signed_amount)
    admitted = slip.folder.admitted
    return asked if admitted is None else f"{french(admitted)} admis sur {asked}"


def _essential(slip: Slip, said: Said) -> str:
    done = slip.folder.executed_on if slip.folder.state is FolderState.APPROVED else None
    service = f"Service fait le {day(done)}. " if done else ""
    motive = f"Motif : {MOTIVE[said.decision.motive]}. " if said.decision.motive else ""
    return f"{service}{motive}{said.who}, {_moment(said.at)}{_in_time(said)}."


def _notices(slip: Slip) -> Iterator[Flowable]:
    """Yield what a reader must not miss."""
    notices = [f"Dérogation « petite commune » : {one}." for one in slip.waivers]
    if slip.provisional:
        notices.insert(0, "PROVISOIRE : cette fiche n'est pas gardée, ce qu'elle dit peut encore changer.")
    for notice in notices:
        yield Spacer(1, 0.15 * cm)
        style = [("BACKGROUND", (0, 0), (-1, -1), PALE), ("LINEBEFORE", (0, 0), (0, -1), 2.5, AMBER), *_padded()]
        yield Table([[_p(notice)]], colWidths=(WIDTH,), style=style, splitInRow=1)


def _invoice(slip: Slip) -> Flowable:
    invoice, amounts = slip.invoice, slip.invoice.content.amounts
    sign = -1 if invoice.is_credit_note else 1
    door = f"Chorus Pro, n° {invoice.remote_id}" if invoice.origin is Origin.CHORUS else "courrier, papier"
    pairs = [
        ("Fournisseur", invoice.content.supplier.name, "SIRET", invoice.content.supplier.identifier),
        ("Numéro", f"{invoice.number} du {day(invoice.issued_on)}", "Reçue par", door),
        ("Montant HT", french(sign * amounts.ht), "TVA", french(sign * amounts.tva)),
        ("Montant TTC", french(invoice.signed_amount), "Montant admis", _admitted(slip)),
        ("Engagement", invoice.engagement or "—", "Service", invoice.service or "—"),
        ("Notifiée le", day(invoice.notified_on), "À payer au plus tard", day(slip.pay_by)),
    ]
    rows = [[_p(cell, BODY if place % 2 else LABEL) for place, cell in enumerate(row)] for row in pairs]
    return Table(rows, colWidths=[share * WIDTH for share in (0.15, 0.35, 0.20, 0.30)], style=GRID, splitInRow=1)


def _admitted(slip: Slip) -> str:
    if slip.folder.state is not FolderState.APPROVED:
        return "—"
    return "en totalité" if slip.folder.admitted is None else french(slip.folder.admitted)


def _steps(steps: Sequence[SlipStep]) -> Flowable:
    rows: list[list[Flowable | str]] = [[_p(title, LABEL) for title in ("Étape", "Bureau", "Attendu le", "Décision")]]
    for number, one in enumerate(steps, start=1):
        head = [_p(str(number)), _p(_desks(one)), _p(day(one.step.due_on) if one.step.due_on else "—")]
        said = [_decision(decision) for decision in one.said] or [_p(STEP[one.step.state], LABEL)]
        rows.append([*head, said[0]])
        rows += [["", "", "", further] for further in said[1:]]
    widths = [share * WIDTH for share in (0.07, 0.21, 0.13, 0.59)]
    return Table(rows, colWidths=widths, style=GRID, repeatRows=1, splitInRow=1)


def _desks(one: SlipStep) -> str:
    every = " (tous)" if one.step.quorum is Quorum.ALL and len(one.step.desks) > 1 else ""
    return f"{', '.join(one.step.desks)}{every}"


def _decision(said: Said) -> Flowable:
    """Draw one decision: what, by whom, when, in time or not; then what goes with it."""
    decision = said.decision
    late = f"<font color='{RED.hexval().replace('0x', '#')}'>, <b>en retard</b></font>" if said.late else ""
    when = plain(f"{said.who}, {_moment(said.at)}") + (late or _in_time(said))
    parts = [
        f"service fait le {day(decision.executed_on)}" if decision.executed_on else "",
        f"{french(decision.admitted)} admis" if decision.admitted is not None else "",
        f"motif : {MOTIVE[decision.motive]}" if decision.motive else "",
    ]
    lines = [f"<b>{DECISION[decision.kind].capitalize()}</b> · {when}", plain(" · ".join(filter(None, parts)))]
    lines += [plain(f"« {_one_line(decision.comment)} »")] if decision.comment else []
    return Paragraph("<br/>".join(filter(None, lines)), BODY)


def _documents(slip: Slip) -> Iterator[Flowable]:
    rows: list[list[Flowable]] = [[_p(title, LABEL) for title in ("Document", "Joint par", "Empreinte SHA-256")]]
    rows += [
        [_p(one.name, SMALL), _p(one.added_by or "le fournisseur", SMALL), _p(one.sha256, PRINT)]
        for one in slip.documents
    ]
    widths = [share * WIDTH for share in (0.21, 0.17, 0.62)]
    yield Table(rows, colWidths=widths, style=GRID, repeatRows=1, splitInRow=1)
    yield Spacer(1, 0.15 * cm)
    yield _p("Empreinte de l'ensemble :", SMALL)
    yield _p(slip.seen, PRINT)
    for said in (said for step in slip.steps for said in step.said):
        if said.decision.kind is not DecisionKind.TRANSFER:
            yield from _seen(said, slip.seen)


def _seen(said: Said, whole: str) -> Iterator[Flowable]:
    """Say of which documents somebody decided."""
    what = f"{DECISION[said.decision.kind].capitalize()} de {said.who}, {_moment(said.at)} :"
    if said.decision.seen == whole:
        yield _p(f"{what} au vu de ces documents.", SMALL)
    elif said.decision.seen:
        yield _p(f"{what} au vu d'autres documents, dont l'empreinte est", SMALL)
        yield _p(said.decision.seen, PRINT)
    else:
        yield _p(f"{what} l'empreinte de ce qui a été vu n'a pas été gardée.", SMALL)


def _lines(slip: Slip) -> Flowable:
    rows = [[_p(f"{line.at:%d/%m/%Y %H:%M:%S}", SMALL), _p(line.what, SMALL)] for line in slip.lines]
    return Table(rows or [["", ""]], colWidths=(0.19 * WIDTH, 0.81 * WIDTH), style=GRID, splitInRow=1)


def _in_time(said: Said) -> str:
    return {None: "", False: ", dans le délai", True: ", en retard"}[said.late]


def _moment(at: datetime) -> str:
    return f"le {at:%d/%m/%Y} à {at:%H:%M:%S}"


def _padded() -> list[tuple[object, ...]]:
    sides = (("LEFTPADDING", 9), ("RIGHTPADDING", 9), ("TOPPADDING", 5), ("BOTTOMPADDING", 6))
    return [(side, (0, 0), (-1, -1), room) for side, room in sides]


def _p(words: str, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(plain(_one_line(words)), style)


def _one_line(words: str) -> str:
    return BREAKS.sub(" ", words)
