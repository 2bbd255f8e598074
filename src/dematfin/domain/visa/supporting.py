"""Supporting documents that a service adds while it gives its visa; they become pièces jointes of the mandat."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import DocumentError, TooLarge

LARGEST: Final = 20_000_000
LONGEST_NAME: Final = 100
MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supporting:
    """One document added to a folder.

    Attributes:
        id: `<folder>/<number>`.
        name: given by whoever added it: data to show, never a path.
    """

    id: str
    folder: str
    invoice_id: str
    name: str
    media_type: str
    document: DocumentRef
    added_by: str
    added_at: datetime


def media_type(name: str, data: bytes) -> str:
    """Return what a file is, told by its first bytes and not by its name.

    Raises:
        TooLarge; DocumentError: it is neither a PDF nor a picture.
    """
    if len(data) > LARGEST:
        message = f"« {name} » pèse plus de {LARGEST // 1_000_000} Mo : réduisez-le, ou joignez-le en plusieurs fois."
        raise TooLarge(message)
    if kind := kind_of(data):
        return kind
    message = f"« {name} » n'est ni un PDF ni une image JPEG, PNG ou TIFF : il n'est pas joint."
    raise DocumentError(message)


def kind_of(data: bytes) -> str:
    """Return what the first bytes of a file say that it is; an empty text when they say nothing that we know."""
    return next((kind for start, kind in MAGIC if data.startswith(start)), "")


def shown_name(name: str) -> str:
    """Return a file's own name, without folders or signs that no name needs, 100 signs at most.

    >>> shown_name("../../etc/bon de\\x00 livraison.pdf")
    'bon de livraison.pdf'
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(sign for sign in last if sign.isprintable()).strip()
    return clean[-LONGEST_NAME:] or "document"


def seen_together(invoice: Invoice, added: Iterable[Supporting]) -> str:
    """Return the fingerprint of all the documents of a folder: a decision bears on exactly these."""
    files = [item.document.sha256 for item in invoice.content.attachments]
    files += [one.document.sha256 for one in added]
    return hashlib.sha256("\n".join(sorted(files)).encode()).hexdigest()
