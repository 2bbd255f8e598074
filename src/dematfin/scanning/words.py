"""What a PDF carries besides its images: its text layer, and the structured invoice attached to it."""

import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pikepdf
import pypdfium2

from dematfin.domain.paper.layout import LARGEST as LARGEST_TEXT
from dematfin.domain.paper.reasons import Reason
from dematfin.errors import PaperRefused, TooLarge
from dematfin.scanning import facturx

MOST_ATTACHMENTS: Final = 200
FEW: Final = 40
"""Letters and digits below which a page was stamped or numbered by the copier, not written."""
DAMAGED: Final = "Le PDF ne se laisse pas lire. Saisissez la facture d'après son image."


def text_layer(pdf: Path, most_pages: int) -> tuple[str, ...]:
    """Return the text of the first pages, as long as the limit of a document is not reached.

    Raises:
        PaperRefused: not a PDF that can be read.
    """
    left = LARGEST_TEXT
    pages: list[str] = []
    try:
        with pypdfium2.PdfDocument(pdf) as document:
            for number in range(min(len(document), most_pages)):
                pages.append(_text(document[number], left))
                left -= len(pages[-1])
    except pypdfium2.PdfiumError as error:
        raise PaperRefused(Reason.DAMAGED, DAMAGED) from error
    return tuple(pages)


def has_words(pages: Sequence[str]) -> bool:
    """Say whether the text layer is worth reading: a scan has none, or a stamp in the margin."""
    return any(sum(sign.isalnum() for sign in page[:LARGEST_TEXT]) > FEW for page in pages)


def embedded(pdf: Path) -> bytes | None:
    """Return the structured invoice attached to a PDF; None when there is none.

    Raises:
        PaperRefused: not a PDF that can be read.
        TooLarge: the attachment is larger than any invoice, perhaps once inflated.
    """
    try:
        with pikepdf.open(pdf, suppress_warnings=True) as document:
            for specification in islice(attachments(document), MOST_ATTACHMENTS):
                if name_of(specification) in facturx.names and (stream := _stream(specification)) is not None:
                    return _inflated(stream)
    except (pikepdf.PdfError, pikepdf.PasswordError, ValueError, TypeError, RecursionError) as error:
        raise PaperRefused(Reason.DAMAGED, DAMAGED) from error
    return None


def _text(page: Any, left: int) -> str:
    """pypdfium2 is published without types."""
    try:
        layer = page.get_textpage()
        try:
            text: str = layer.get_text_range(0, min(layer.count_chars(), max(left, 0)))
        finally:
            layer.close()
    finally:
        page.close()
    return text[: max(left, 0)]


def attachments(document: pikepdf.Pdf) -> Iterator[Any]:
    """Yield the files that a PDF names: those associated with the document (/AF), then those of the name tree."""
    associated = document.Root.get("/AF")
    if isinstance(associated, pikepdf.Array):
        yield from associated
    names = document.Root.get("/Names")
    files = names.get("/EmbeddedFiles") if isinstance(names, pikepdf.Dictionary) else None
    if isinstance(files, pikepdf.Dictionary):
        yield from pikepdf.NameTree(files).values()


def name_of(specification: Any) -> str:
    """Return the name of an attachment as it stands: it is compared, never opened."""
    if not isinstance(specification, pikepdf.Dictionary):
        return ""
    return str(specification.get("/UF", specification.get("/F", "")))


def _stream(specification: Any) -> pikepdf.Stream | None:
    files = specification.get("/EF")
    found = files.get("/F", files.get("/UF")) if isinstance(files, pikepdf.Dictionary) else None
    return found if isinstance(found, pikepdf.Stream) else None


def _inflated(stream: pikepdf.Stream) -> bytes:
    """Return the bytes of an attachment; a bomb is inflated no further than the limit."""
    raw = stream.read_raw_bytes()
    filters = stream.get("/Filter")
    compressed = [str(one) for one in filters] if isinstance(filters, pikepdf.Array) else [str(filters or "")]
    if compressed == ["/FlateDecode"] and "/DecodeParms" not in stream:
        try:
            raw = zlib.decompressobj().decompress(raw, facturx.LARGEST + 1)
        except zlib.error as error:
            raise PaperRefused(Reason.DAMAGED, DAMAGED) from error
    elif compressed not in ([""], []):
        raise PaperRefused(Reason.DAMAGED, DAMAGED)
    if len(raw) > facturx.LARGEST:
        message = f"{facturx.WHAT} : elle dépasse {facturx.LARGEST // 1024 // 1024} Mo. Saisissez la facture à la main."
        raise TooLarge(message)
    return raw
