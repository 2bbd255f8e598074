"""The files inside a pivot: base64 of a zip that holds just one file, whatever type is announced."""

import base64
import binascii
import shutil
from pathlib import Path, PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from dematfin.errors import InvalidInvoice, NotAPdf, TooLarge, UnsafeArchive
from dematfin.ports.invoice_source import File
from dematfin.support.files import PDF_MAGIC, ZIP_MAGIC, opened, unzip_only_member
from dematfin.support.xml import Element

MAIN: Final = "01"
PDF: Final = "application/pdf"
PDF_HEADER: Final = 1024
"""A PDF may begin after some other bytes, within the first kilobyte (ISO 32000, annex H)."""
DIGITS: Final = 4 * 1024 * 1024
IN_MEMORY: Final = 4 * 1024 * 1024
"""Bytes of a file that is unwrapped without touching the disk."""
LARGEST_UNPACKED: Final = 1024 * 1024 * 1024
"""All the files of a download together: 120 MB of them come at most, zipped."""


class Pieces:
    """Unpacks the files of a download into a folder; two files of one name in one invoice are numbered."""

    def __init__(self, folder: Path, prefix: str) -> None:
        """Several downloads may share the folder, each with its own `prefix`."""
        self._folder = folder
        self._prefix = prefix
        self._count = 0
        self._size = 0
        self._names: set[str] = set()

    def next_invoice(self) -> None:
        """Forget the names of an invoice: those of the next one are its own."""
        self._names = set()

    def unpack(self, piece: Element, number: str) -> File:
        """Return one file of the invoice `number`, unpacked.

        Raises:
            InvalidInvoice, NotAPdf, UnsafeArchive, TooLarge: naming the invoice and the file.
        """
        self._count += 1
        name = _unique(_clean(_text(piece, "NomPJ")) or f"piece-{len(self._names) + 1}", self._names)
        media_type = _text(piece, "MimeTypePJ") or "application/octet-stream"
        path = self._folder / f"{self._prefix}-{self._count}"  # a name from outside is never a path
        what = f"Facture {number}, pièce « {name} »"
        with SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(self._folder)) as sent:
            _decode(piece, sent, what)
            _unwrap(sent, path, what, name, media_type)
        _check_pdf(name, media_type, path, number)
        self._weigh(path, what)
        return File(name=name, media_type=media_type, main=_text(piece, "TypePJ") == MAIN, path=path)

    def _weigh(self, path: Path, what: str) -> None:
        self._size += path.stat().st_size
        if self._size > LARGEST_UNPACKED:
            message = f"{what} : une fois décompressées, les pièces dépassent {LARGEST_UNPACKED // 1024**2} Mo."
            raise TooLarge(message)


def _decode(piece: Element, sink: IO[bytes], what: str) -> None:
    """Write the bytes by parts: a file may be a text of more than 100 million digits."""
    text = piece.findtext("Contenu") or ""
    left = ""
    for start in range(0, len(text), DIGITS):
        known = left + "".join(text[start : start + DIGITS].split())
        whole = len(known) // 4 * 4
        sink.write(_bytes(known[:whole], what))
        left = known[whole:]
    sink.write(_bytes(left, what))
    if not sink.tell():
        message = f"{what} : elle est vide."
        raise InvalidInvoice(message)


def _bytes(digits: str, what: str) -> bytes:
    try:
        return base64.b64decode(digits, validate=True)
    except (binascii.Error, ValueError) as error:
        message = f"{what} : son contenu est abîmé (base64 illisible)."
        raise InvalidInvoice(message) from error


def _unwrap(sent: IO[bytes], path: Path, what: str, name: str, media_type: str) -> None:
    """Take one file out of its wrapping; an office document or an archive that came without one stays whole."""
    sent.seek(0)
    zipped = sent.read(len(ZIP_MAGIC)) == ZIP_MAGIC
    if zipped and (_is_pdf(name, media_type) or _wraps(sent, name)):
        unzip_only_member(sent, path, what)
        return
    sent.seek(0)
    with path.open("wb") as sink:
        shutil.copyfileobj(sent, sink, DIGITS)


def _wraps(sent: IO[bytes], name: str) -> bool:
    """Say whether an archive holds one file of the announced kind; a broken one is for `unzip_only_member` to say."""
    try:
        with opened(sent, name) as archive:
            members = [member.filename for member in archive.infolist() if not member.is_dir()]
    except UnsafeArchive:
        return True
    except TooLarge:
        return False
    suffix = PurePosixPath(name).suffix.lower()
    return len(members) == 1 and (suffix != ".zip" or PurePosixPath(members[0]).suffix.lower() == suffix)


def _check_pdf(name: str, media_type: str, path: Path, number: str) -> None:
    if _is_pdf(name, media_type) and PDF_MAGIC not in _head(path):
        message = (
            f"Facture {number} : la pièce « {name} » porte le nom d'un PDF mais n'en est pas un. Demandez au "
            "fournisseur de la déposer de nouveau."
        )
        raise NotAPdf(message)


def _head(path: Path) -> bytes:
    with path.open("rb") as source:
        return source.read(PDF_HEADER)


def _is_pdf(name: str, media_type: str) -> bool:
    return name.lower().endswith(".pdf") or media_type == PDF


def _clean(name: str) -> str:
    """Keep what may be shown: a name is data, never a path."""
    return "".join(sign for sign in name if sign.isprintable() and sign not in "/\\").strip(". ")


def _unique(name: str, taken: set[str]) -> str:
    path = PurePosixPath(name)
    unique, order = name, 1
    while unique.lower() in taken:
        order += 1
        unique = f"{path.stem}-{order}{path.suffix}"
    taken.add(unique.lower())
    return unique


def _text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()
