"""Supporting documents inside a flow: the original file, gzip, then base64 on one line."""

import binascii
import io
import zlib
from collections.abc import Iterator
from pathlib import PurePosixPath
from types import ModuleType
from typing import BinaryIO, Final

from dematfin.errors import InvalidPes, TooLarge
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


def decoded(text: str, what: str) -> bytes:
    """Return the file of a `Fichier`, counted while it is inflated.

    Raises:
        InvalidPes, TooLarge: naming `what`.
    """
    try:
        packed = io.BytesIO(binascii.a2b_base64("".join(text.split()), strict_mode=True))
        inflater = DEFLATE.decompressobj(GZIP)
        data: bytes = inflater.decompress(packed.getvalue(), LARGEST + 1)
    except (binascii.Error, zlib.error, DEFLATE.error) as error:
        message = f"{what} : son contenu est abîmé (base64 ou gzip illisible)."
        raise InvalidPes(message) from error
    if len(data) > LARGEST:
        message = f"{what} : une fois décompressée, elle dépasse {LARGEST // 1024 // 1024} Mo."
        raise TooLarge(message)
    if not inflater.eof:
        message = f"{what} : son contenu est tronqué."
        raise InvalidPes(message)
    return data


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
