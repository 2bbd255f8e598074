"""The documents of a flow, read where they stand: base64, then gzip, block by block, counted as they are inflated."""

import binascii
import hashlib
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

from dematfin.errors import InvalidPes, TooLarge
from dematfin.pes.pieces_jointes import DEFLATE, GZIP, LARGEST
from dematfin.support.splice import Span

BLOCK: Final = 256 * 1024
BLANKS: Final = b" \t\r\n"
QUANTUM: Final = 4
END_LENGTH: Final = 1024
"""How far from its ends the marks of a PDF may be."""
PDF: Final = "application/pdf"
MAGICS: Final[dict[str, tuple[bytes, ...]]] = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
}


@dataclass(frozen=True, slots=True)
class Content:
    """What was seen of a document: its size, its two ends."""

    size: int
    head: bytes
    tail: bytes

    def is_like(self, media_type: str) -> bool:
        """Say whether a document begins as its kind does; of an unknown kind nothing is asked."""
        if media_type == PDF:
            return b"%PDF-" in self.head
        return media_type not in MAGICS or self.head.startswith(MAGICS[media_type])

    def is_whole(self, media_type: str) -> bool:
        """Say whether a PDF has its end."""
        return media_type != PDF or b"%%EOF" in self.tail


def seen(flow: Path, span: Span, what: str) -> Content:
    """Look at a document to its end; same errors as `inflated`."""
    size, head, tail = 0, b"", b""
    for block in inflated(flow, span, what):
        size += len(block)
        head = head or block[:END_LENGTH]
        tail = block[-END_LENGTH:] if len(block) >= END_LENGTH else (tail + block)[-END_LENGTH:]
    return Content(size, head, tail)


def measured(flow: Path, span: Span, what: str) -> tuple[int, str]:
    """Return the size and the SHA-256 of a document; same errors as `inflated`."""
    digest, size = hashlib.sha256(), 0
    for block in inflated(flow, span, what):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def inflated(flow: Path, span: Span, what: str) -> Iterator[bytes]:
    """Yield the original file of a `Fichier`.

    Raises:
        InvalidPes, TooLarge: naming `what`, a document of the flow.
    """
    inflater, size = DEFLATE.decompressobj(GZIP), 0
    for packed in _packed(flow, span, what):
        if inflater.eof:
            _damaged(what, "des octets suivent sa fin")
        for block in _blocks(inflater, packed, what):
            size += len(block)
            if size > LARGEST:
                message = f"{what} dépasse {LARGEST // 1024 // 1024} Mo une fois décompressé."
                raise TooLarge(message)
            yield block
        if inflater.unused_data:
            _damaged(what, "des octets suivent sa fin")
    if span.end > span.start and not inflater.eof:
        _damaged(what, "il est tronqué")


def _blocks(inflater: Any, packed: bytes, what: str) -> Iterator[bytes]:
    """Yield what some bytes become, never more than a block at a time."""
    block = b"."
    while packed or len(block) == BLOCK:
        try:
            block = inflater.decompress(packed, BLOCK)
        except (zlib.error, DEFLATE.error) as error:
            _damaged(what, "gzip illisible", error)
        packed = inflater.unconsumed_tail
        yield block


def _packed(flow: Path, span: Span, what: str) -> Iterator[bytes]:
    """Yield what the base64 of a document says."""
    with flow.open("rb", buffering=0) as source:
        source.seek(span.start)
        held, left, ended = b"", span.end - span.start, False
        while left and (block := source.read(min(BLOCK, left))):
            left -= len(block)
            text = held + _bare(block)
            cut = len(text) - len(text) % QUANTUM if left else len(text)
            held = text[cut:]
            if ended and text:
                _damaged(what, "base64 illisible")
            ended = text[:cut].endswith(b"=")
            yield _unbased(text[:cut], what)


def _bare(block: bytes) -> bytes:
    """Return base64 without its blanks; most flows have none, and to look for them is quicker than to take them out."""
    return block.translate(None, BLANKS) if any(blank in block for blank in BLANKS) else block


def _unbased(text: bytes, what: str) -> bytes:
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error as error:
        _damaged(what, "base64 illisible", error)


def _damaged(what: str, reason: str, cause: Exception | None = None) -> NoReturn:
    message = f"{what} est abîmé ({reason})."
    raise InvalidPes(message) from cause
