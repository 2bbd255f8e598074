"""The PDF of an invoice, alone in its answer or in a zip: told by its first bytes, never by what was asked."""

from pathlib import Path, PurePosixPath
from typing import Final

from dematfin.errors import NotAPdf, UnsafeArchive
from dematfin.support.files import PDF_MAGIC, ZIP_MAGIC, extract_member, opened

HEAD: Final = 1024
INVOICE: Final = "FAC"
"""How the platform begins the name of the invoice itself."""


def only_pdf(path: Path, remote_id: str) -> None:
    """Leave a PDF at `path`; of an archive, the invoice itself, or the first PDF when none is named so.

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
    packed = path.with_name(f"{path.name}.zip")
    path.replace(packed)
    try:
        with opened(packed, what) as archive:
            pdfs = [member for member in archive.infolist() if member.filename.lower().endswith(".pdf")]
            if not pdfs:
                message = f"{what} : l'archive de Chorus Pro ne contient aucun PDF."
                raise UnsafeArchive(message)
            chosen = next((one for one in pdfs if PurePosixPath(one.filename).name.startswith(INVOICE)), pdfs[0])
            extract_member(archive, chosen, path, packed.stat().st_size, what)
    finally:
        packed.unlink()


def _head(path: Path) -> bytes:
    with path.open("rb") as source:
        return source.read(HEAD)
