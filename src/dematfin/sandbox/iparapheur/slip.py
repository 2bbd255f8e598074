"""The slip that a circuit leaves: who said what, on one page."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import pikepdf


def slip(folder: Any, history: Sequence[Any]) -> bytes:
    """Return the slip of a folder, as a PDF."""
    lines = [folder["titre"], *(f"{row['le']} {row['nom']} : {row['statut']}" for row in history)]
    drawn = " ".join(f"({_plain(line)}) Tj T*" for line in lines)
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(f"BT /F1 9 Tf 12 TL 40 800 Td {drawn} ET".encode("latin-1"))
    made = BytesIO()
    pdf.save(made, deterministic_id=True)
    return made.getvalue()


def _plain(text: str) -> str:
    """Return a text as a PDF string may hold it."""
    ascii_only = text.encode("ascii", "replace").decode()
    return ascii_only.replace("\\", " ").replace("(", " ").replace(")", " ")
