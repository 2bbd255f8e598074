"""The PDF of an invoice, alone in its answer or in a zip: told by its first bytes, never by what was asked."""

import zipfile
from pathlib import Path
from typing import Final

from dematfin.errors import NotAPdf, UnsafeArchive
from dematfin.support.files import PDF_MAGIC, ZIP_MAGIC, extract_member

HEAD: Final = 1024


def only_pdf(path: Path, remote_id: str) -> None:
    """Leave a PDF at `path`, the first one of an archive when it is one.

    Raises:
        NotAPdf, UnsafeArchive, TooLarge: naming the invoice.
    """
    what = f"Facture Chorus Pro n° {remote_id}"
    if _head(path).startswith(ZIP_MAGIC):
        _unpack(path, what)
    if PDF_MAGIC not in _head(path):
        message = f"{what} : Chorus Pro n'a pas donné un PDF."
        raise NotAPdf(message)


def _unpack(path: Path, what: str) -> None:
    packed = path.with_suffix(".zip")
    path.replace(packed)
    try:
        with zipfile.ZipFile(packed) as archive:
            names = [one for one in archive.infolist() if one.filename.lower().endswith(".pdf")]
            if not names:
                message = f"{what} : l'archive de Chorus Pro ne contient aucun PDF."
                raise UnsafeArchive(message)
            extract_member(archive, names[0], path, packed.stat().st_size, what)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        message = f"{what} : l'archive zip est abîmée ou protégée."
        raise UnsafeArchive(message) from error
    finally:
        packed.unlink(missing_ok=True)


def _head(path: Path) -> bytes:
    with path.open("rb") as source:
        return source.read(HEAD)
