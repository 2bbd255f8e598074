"""Supporting documents inside a flow: the original file, gzip, then base64 on one line."""

import binascii
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from types import ModuleType
from typing import BinaryIO, Final

from dematfin.pes.text import fit

DEFLATE: ModuleType
try:
    from isal import isal_zlib

    DEFLATE = isal_zlib
except ImportError:  # the extra "rapide" is not installed: the same format, some ten times slower
    DEFLATE = zlib
LEVEL: Final = 2
GZIP: Final = 31  # zlib's window bits for a gzip header, whose date stays 0: the same file gives the same text
CHUNK: Final = 3 * 256 * 1024  # a multiple of three, so that base64 pieces join without padding
LARGEST: Final = 200 * 1024 * 1024
NAME_LENGTH: Final = 100
EXTENSION_LENGTHS: Final = range(2, 5)


def encoded(source: BinaryIO) -> Iterator[str]:
    """Yield the text of a `Fichier`, piece by piece."""
    pending = b""
    for block in _compressed(source):
        pending += block
        whole = len(pending) - len(pending) % 3
        if whole >= CHUNK:
            yield binascii.b2a_base64(pending[:whole], newline=False).decode("ascii")
            pending = pending[whole:]
    yield binascii.b2a_base64(pending, newline=False).decode("ascii")


def file_name(name: str) -> str:
    """Return a NomPJ: an extension of two to four letters is required, or Hélios rejects the document.

    >>> file_name("Facture n° 12.pdf"), file_name("photo.c"), file_name("bon")
    ('Facture n° 12.pdf', 'photo.c.bin', 'bon.bin')
    """
    clean = fit(name, 250).replace("/", "-").replace("\\", "-")
    path = PurePosixPath(clean)
    extension = path.suffix.lstrip(".")
    good = len(extension) in EXTENSION_LENGTHS and extension.isascii() and extension.isalnum()
    stem, ending = (path.stem, path.suffix) if good else (clean, ".bin")
    return f"{stem[: NAME_LENGTH - len(ending)]}{ending}"


def _compressed(source: BinaryIO) -> Iterator[bytes]:
    deflater = DEFLATE.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    while block := source.read(CHUNK):
        yield deflater.compress(block)
    yield deflater.flush()
