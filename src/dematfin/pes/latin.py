"""ISO-8859-1, declared where a TdT looks for it: what an editor wrote in another encoding is written in that one.

Everything else of a flow keeps its bytes. A sign that ISO-8859-1 lacks is the editor's to replace: it is refused.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from dematfin.errors import InvalidPes
from dematfin.pes.light import encoding_of
from dematfin.support.splice import Span, spliced

LATIN: Final = "iso-8859-1"
DECLARED_WITHIN: Final = 50
DECLARED: Final = re.compile(rb"""<\?xml\s+version=["']1\.0["']\s+encoding=["']ISO-8859-1["']""", re.IGNORECASE)
DECLARATION: Final = re.compile(rb"(?:\xef\xbb\xbf)?(?:<\?xml\s[^>]*\?>)?")
ALONE: Final = re.compile(rb"""\sstandalone\s*=\s*["'](yes|no)["']""")
HEAD: Final = 1024
MARK: Final = "\ufeff"
"""What some editors begin a file with: it tells UTF-8, and is nothing that ISO-8859-1 could write."""


@dataclass(frozen=True, slots=True)
class Writing:
    """How a flow is written.

    Attributes:
        codec: its encoding.
        declaration: what begins it; `better` goes in its place, unless it is good.
    """

    codec: str
    declaration: Span
    better: bytes

    def encoded(self, text: str) -> bytes:
        """Return a text as the flow is written; what its encoding lacks by its number."""
        return text.encode(self.codec, "xmlcharrefreplace")

    def in_latin(self, chunks: Iterable[bytes]) -> Iterable[bytes]:
        """Return the flow in ISO-8859-1."""
        return chunks if self.codec == LATIN else _recoded(chunks, self.codec)


def writing_of(flow: Path) -> Writing:
    """Say how a flow is written; raises InvalidPes when no flow is written so."""
    named = encoding_of(flow)
    with flow.open("rb") as source:
        head = source.read(HEAD)
    codec = LATIN if named == "us-ascii" else named
    if DECLARED.match(head[:DECLARED_WITHIN]):
        return Writing(codec, Span(0, 0), b"")
    found = DECLARATION.match(head)
    length = found.end() if found else 0
    alone = ALONE.search(head[:length])
    told = b' standalone="' + alone[1] + b'"' if alone else b""
    return Writing(codec, Span(0, length), b'<?xml version="1.0" encoding="ISO-8859-1"' + told + b"?>")


def foreign(flow: Path, codec: str) -> tuple[str, int] | None:
    """Return the first sign that ISO-8859-1 lacks, and where it stands; raises InvalidPes: other bytes than told."""
    at = 0
    try:
        for text in codecs.iterdecode(spliced(flow, ()), codec):
            if sign := _first_foreign(text):
                return sign, at + len(text.partition(sign)[0].encode(codec))
            at += len(text.encode(codec))
    except UnicodeDecodeError as error:
        message = f"Flux {flow.name} : il n'est pas écrit dans l'encodage qu'il déclare ({codec}). Réexportez-le."
        raise InvalidPes(message) from error
    return None


def _first_foreign(text: str) -> str:
    try:
        text.removeprefix(MARK).encode(LATIN)
    except UnicodeEncodeError as error:
        return str(error.object[error.start])
    return ""


def _recoded(chunks: Iterable[bytes], codec: str) -> Iterator[bytes]:
    return (text.encode(LATIN) for text in codecs.iterdecode(chunks, codec))
