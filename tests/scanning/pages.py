"""PDFs made for a test: a page of text as a word processor prints it, the same page through a copier, attachments."""

import io
import zlib
from pathlib import Path
from typing import Final

import pikepdf
import pypdfium2
from pikepdf import Array, Dictionary, Name
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

MARGIN: Final = 60
COLUMN: Final = 130
LINE_HEIGHT: Final = 22


def printed(target: Path, *pages: str) -> Path:
    """Write pages of text; two spaces begin the next column."""
    canvas = Canvas(str(target), pagesize=A4)
    for page in pages:
        canvas.setFont("Helvetica", 11)
        for row, line in enumerate(page.splitlines(), start=1):
            for column, words in enumerate(line.split("  ")):
                canvas.drawString(MARGIN + column * COLUMN, A4[1] - MARGIN - row * LINE_HEIGHT, words.strip())
        canvas.showPage()
    canvas.save()
    return target


def scanned(source: Path, target: Path, *, dpi: int = 200, turned: float = 0.4) -> Path:
    """Write what a copier makes of the first page: a grey picture, a little askew, and no text."""
    with pypdfium2.PdfDocument(source) as document:
        picture = document[0].render(scale=dpi / 72, grayscale=True).to_pil()
    askew = picture.convert("L").rotate(turned, Image.Resampling.BICUBIC, fillcolor=250)
    askew.save(target, "PDF", resolution=dpi)
    return target


def with_attachment(target: Path, name: str, data: bytes, *, associated: bool = False, on: Path | None = None) -> Path:
    """Write a page that carries a file, in the name tree or only associated with the document."""
    pdf = pikepdf.open(on) if on else pikepdf.new()
    if on is None:
        pdf.add_blank_page()
    stream = pdf.make_stream(data)
    specification = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=name, UF=name, EF=Dictionary(F=stream)))
    if associated:
        pdf.Root.AF = Array([specification])
    else:
        pdf.Root.Names = Dictionary(EmbeddedFiles=Dictionary(Names=Array([pikepdf.String(name), specification])))
    pdf.save(target, compress_streams=True)
    return target


def bomb(target: Path, name: str, megabytes: int) -> Path:
    """Write a page whose attachment is small, and inflates to many megabytes."""
    packer, packed = zlib.compressobj(9), io.BytesIO()
    for _ in range(megabytes):
        packed.write(packer.compress(b" " * 1_000_000))
    packed.write(packer.flush())
    pdf = pikepdf.open(with_attachment(target, name, b"x"), allow_overwriting_input=True)
    specification = pdf.Root.Names.EmbeddedFiles.Names[1]
    specification.EF.F.write(packed.getvalue(), filter=Name.FlateDecode)
    pdf.save(target)
    return target
