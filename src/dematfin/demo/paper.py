"""Example invoices as PDF files: one page of plain text, standard font, nothing else."""

from collections.abc import Sequence
from typing import Final

TOP: Final = 780
LEADING: Final = 18


def pdf(lines: Sequence[str]) -> bytes:
    """Return a one-page PDF that shows some lines."""
    shown = "\n".join(f"({_escaped(line)}) Tj T*" for line in lines)
    page = f"BT /F1 11 Tf {LEADING} TL 60 {TOP} Td\n{shown}\nET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    return _assembled(objects)


def _assembled(objects: Sequence[bytes]) -> bytes:
    document = b"%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(document))
        document += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    trailer = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return document + trailer % (count, table, count, len(document))


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
