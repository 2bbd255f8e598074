"""Supporting documents inside a flow: the original file, gzip, then base64 on one line."""

import binascii
import hashlib
import zlib
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import BinaryIO, Final

from dematfin.domain.mandat.pieces import Piece
from dematfin.errors import FlowRejected
from dematfin.pes.text import fit

DEFLATE: ModuleType
try:
    from isal import isal_zlib

    DEFLATE = isal_zlib
except ImportError:  # the extra "rapide" is not installed: the same format, some ten times slower
    DEFLATE = zlib
EXPENSE: Final = "003"
"""TypePJ."""
LEVEL: Final = 2
GZIP: Final = 31  # zlib's window bits for a gzip header, whose date stays 0: the same file gives the same text
CHUNK: Final = 3 * 256 * 1024  # a multiple of three, so that base64 pieces join without padding
LARGEST: Final = 200 * 1024 * 1024
UNKNOWN_MEDIA: Final = "application/octet-stream"


def media_type(piece: Piece) -> str:
    """Return its MIMEType; a supplier wrote it: never more than a token."""
    return fit(piece.media_type, 100) or UNKNOWN_MEDIA


def encoded(source: BinaryIO, piece: Piece) -> Iterator[bytes]:
    """Yield the text of a `Fichier`, piece by piece; raises FlowRejected when it is not the file it was."""
    digest = hashlib.sha256()
    pending = b""
    for block in _compressed(source, digest.update):
        pending = pending + block if pending else block
        whole = len(pending) - len(pending) % 3
        if whole >= CHUNK:
            yield binascii.b2a_base64(pending[:whole], newline=False)
            pending = pending[whole:]
    if digest.hexdigest() != piece.document.sha256:
        message = (
            f"Pièce {piece.label} : le fichier gardé n'est plus celui qui a été reçu. "
            "Rien n'est envoyé. Remettez-le depuis la dernière sauvegarde, puis préparez de nouveau."
        )
        raise FlowRejected(message)
    yield binascii.b2a_base64(pending, newline=False)


def _compressed(source: BinaryIO, seen: Callable[[bytes], None]) -> Iterator[bytes]:
    deflater = DEFLATE.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    while block := source.read(CHUNK):
        seen(block)
        yield deflater.compress(block)
    yield deflater.flush()
