"""The files inside a pivot: base64 of a zip that holds just one file, whatever type is announced."""

import base64
import binascii
import io
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from dematfin.errors import InvalidInvoice, NotAPdf
from dematfin.ports.invoice_source import File
from dematfin.support.files import PDF_MAGIC, ZIP_MAGIC, unzip_only_member
from dematfin.support.xml import Element

MAIN: Final = "01"
PDF: Final = "application/pdf"
PDF_HEADER: Final = 1024
"""A PDF may begin after some other bytes, within the first kilobyte (ISO 32000, annex H)."""


def files(unit: Element, number: str) -> Iterator[File]:
    """Yield the files of an invoice, unpacked; two files of one name are numbered.

    Raises:
        InvalidInvoice, NotAPdf, UnsafeArchive, TooLarge: naming the invoice and the file.
    """
    names: set[str] = set()
    for order, piece in enumerate(unit.iterfind("PJ"), start=1):
        name = _unique(_clean(_text(piece, "NomPJ")) or f"piece-{order}", names)
        media_type = _text(piece, "MimeTypePJ") or "application/octet-stream"
        data = _unpacked(_decoded(piece, number, name), f"Facture {number}, pièce « {name} »", name, media_type)
        _check_pdf(name, media_type, data, number)
        yield File(name=name, media_type=media_type, main=_text(piece, "TypePJ") == MAIN, data=data)


def _decoded(piece: Element, number: str, name: str) -> bytes:
    try:
        data = base64.b64decode("".join((piece.findtext("Contenu") or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        message = f"Facture {number}, pièce « {name} » : son contenu est abîmé (base64 illisible)."
        raise InvalidInvoice(message) from error
    if not data:
        message = f"Facture {number}, pièce « {name} » : elle est vide."
        raise InvalidInvoice(message)
    return data


def _unpacked(data: bytes, what: str, name: str, media_type: str) -> bytes:
    """Take one file out of its wrapping; an office document or an archive that came without one stays whole."""
    if not data.startswith(ZIP_MAGIC) or (not _is_pdf(name, media_type) and not _wraps(data, name)):
        return data
    return unzip_only_member(data, what)


def _wraps(data: bytes, name: str) -> bool:
    """Say whether an archive holds one file of the announced kind; a broken one is for `unzip_only_member` to say."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member.filename for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True
    suffix = PurePosixPath(name).suffix.lower()
    return len(members) == 1 and (suffix != ".zip" or PurePosixPath(members[0]).suffix.lower() == suffix)


def _check_pdf(name: str, media_type: str, data: bytes, number: str) -> None:
    if _is_pdf(name, media_type) and PDF_MAGIC not in data[:PDF_HEADER]:
        message = (
            f"Facture {number} : la pièce « {name} » porte le nom d'un PDF mais n'en est pas un. Demandez au "
            "fournisseur de la déposer de nouveau."
        )
        raise NotAPdf(message)


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
