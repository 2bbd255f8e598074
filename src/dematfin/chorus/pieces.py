"""The files inside a pivot: base64 of a zip that holds just one file, whatever type is announced."""

import base64
import binascii
import zipfile
from pathlib import Path, PurePosixPath
from typing import Final

from dematfin.errors import InvalidInvoice, NotAPdf
from dematfin.ports.invoice_source import File
from dematfin.support.files import PDF_MAGIC, ZIP_MAGIC, unzip_only_member
from dematfin.support.xml import Element

MAIN: Final = "01"
PDF: Final = "application/pdf"
PDF_HEADER: Final = 1024
"""A PDF may begin after some other bytes, within the first kilobyte (ISO 32000, annex H)."""
DIGITS: Final = 4 * 1024 * 1024


class Pieces:
    """Unpacks the files of one invoice into a folder; two files of one name are numbered."""

    def __init__(self, folder: Path, number: str) -> None:
        self._folder = folder
        self._number = number
        self._names: set[str] = set()

    def unpack(self, piece: Element) -> File:
        """Return one file, unpacked.

        Raises:
            InvalidInvoice, NotAPdf, UnsafeArchive, TooLarge: naming the invoice and the file.
        """
        order = len(self._names) + 1
        name = _unique(_clean(_text(piece, "NomPJ")) or f"piece-{order}", self._names)
        media_type = _text(piece, "MimeTypePJ") or "application/octet-stream"
        path = self._folder / f"{id(self)}-{order}"  # a name from outside is never a path
        self._decode(piece, name, path)
        _unwrap(path, f"Facture {self._number}, pièce « {name} »", name, media_type)
        _check_pdf(name, media_type, path, self._number)
        return File(name=name, media_type=media_type, main=_text(piece, "TypePJ") == MAIN, path=path)

    def _decode(self, piece: Element, name: str, path: Path) -> None:
        """Write the bytes by parts: a file may be a text of more than 100 million digits."""
        text = piece.findtext("Contenu") or ""
        with path.open("wb") as sink:
            left = ""
            for start in range(0, len(text), DIGITS):
                known = left + "".join(text[start : start + DIGITS].split())
                whole = len(known) // 4 * 4
                sink.write(self._bytes(known[:whole], name))
                left = known[whole:]
            sink.write(self._bytes(left, name))
        if not path.stat().st_size:
            message = f"Facture {self._number}, pièce « {name} » : elle est vide."
            raise InvalidInvoice(message)

    def _bytes(self, digits: str, name: str) -> bytes:
        try:
            return base64.b64decode(digits, validate=True)
        except (binascii.Error, ValueError) as error:
            message = f"Facture {self._number}, pièce « {name} » : son contenu est abîmé (base64 illisible)."
            raise InvalidInvoice(message) from error


def _unwrap(path: Path, what: str, name: str, media_type: str) -> None:
    """Take one file out of its wrapping; an office document or an archive that came without one stays whole."""
    wrapped = _head(path).startswith(ZIP_MAGIC) and (_is_pdf(name, media_type) or _wraps(path, name))
    if wrapped:
        packed = path.with_suffix(".zip")
        path.replace(packed)
        unzip_only_member(packed, path, what)
        packed.unlink()


def _wraps(path: Path, name: str) -> bool:
    """Say whether an archive holds one file of the announced kind; a broken one is for `unzip_only_member` to say."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member.filename for member in archive.infolist() if not member.is_dir()]
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return True
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
