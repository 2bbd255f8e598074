"""A flow without its documents: what schemas, rules and readers look at, whatever the documents weigh.

A document is the text between a `Fichier` tag and the next tag. XML allows no `<` inside a text, so that leaving this
text out changes nothing of the rest; what it holds is judged apart, by `contents`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dematfin.errors import InvalidPes, TooLarge
from dematfin.support.splice import Span
from dematfin.support.xml import LARGEST, MEBIBYTE, parse_bytes

CHUNK: Final = 256 * 1024
LONGEST_TAG: Final = 1024 * 1024
OPENING: Final = re.compile(rb"""<(?:[^\s<>/:"'=!?]+:)?Fichier(?=[\s/>])(?:[^<>"']|"[^"<]*"|'[^'<]*')*>""")
ENCODING: Final = re.compile(rb"""^<\?xml[^>]*?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
TWO_BYTES: Final = (b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")
"""How UTF-16 begins, with its mark and without."""
READ_AS_ASCII: Final = frozenset({"iso-8859-1", "iso-8859-15", "windows-1252", "utf-8", "us-ascii"})
"""In these a tag is written in the same bytes; in another, a document could not be told from the rest."""
FILLING: Final = b"AAAA"


@dataclass(frozen=True, slots=True)
class Light:
    """A flow read without its documents.

    Attributes:
        root: the tree; a document that has any text holds `AAAA` instead.
        documents: where the text of each `Fichier` stands, in their order.
        remarks: it holds a comment, a CDATA section or an instruction.
        latin: no sign outside ISO-8859-1 can be in it: so it is encoded, and no sign is written by its number.
    """

    root: Any
    documents: tuple[Span, ...]
    remarks: bool
    latin: bool

    def contents(self) -> Iterator[tuple[Any, Span]]:
        """Yield each `Fichier` with its place in the file."""
        return zip(self.root.iter("{*}Fichier"), self.documents, strict=True)


def read_light(flow: Path) -> Light:
    """Read a flow once.

    Raises:
        UnreadableXml, TooLarge, InvalidPes: naming the file.
    """
    what = f"Flux {flow.name}"
    encoding = encoding_of(flow)
    spans: list[Span] = []
    data = b"".join(without_documents(flow, spans))
    root = parse_bytes(data, what)
    if sum(1 for _ in root.iter("{*}Fichier")) != len(spans):
        message = f"{what} : des pièces jointes sont cachées dans un commentaire ou une section CDATA."
        raise InvalidPes(message)
    remarks = b"<!" in data or data.rfind(b"<?") > 0
    return Light(root, tuple(spans), remarks, encoding == "iso-8859-1" and b"&#" not in data)


def encoding_of(flow: Path) -> str:
    """Return the encoding that a flow declares, in small letters; raises TooLarge, InvalidPes."""
    what = f"Flux {flow.name}"
    if flow.stat().st_size > LARGEST:
        message = f"{what} : le fichier dépasse la limite de {LARGEST // MEBIBYTE} Mo."
        raise TooLarge(message)
    with flow.open("rb") as source:
        first = source.read(200)
    if not first.strip():
        message = f"{what} : le fichier est vide."
        raise InvalidPes(message)
    found = ENCODING.match(first)
    encoding = found[1].decode("ascii").lower() if found else "utf-8"
    if first.startswith(TWO_BYTES):
        encoding = "utf-16"
    if encoding not in READ_AS_ASCII:
        message = f"{what} : l'encodage {encoding} n'est pas celui d'un flux PES (ISO-8859-1)."
        raise InvalidPes(message)
    return encoding


def without_documents(flow: Path, spans: list[Span]) -> Iterator[bytes]:
    """Yield the flow but for its documents, and note their places."""
    with flow.open("rb", buffering=0) as source:
        held, before, inside = b"", 0, False
        while chunk := source.read(CHUNK):
            block, base = held + chunk, before - len(held)
            before += len(chunk)
            kept, held, inside = _walk(block, base, spans, inside=inside)
            yield kept
        yield held


def _walk(block: bytes, base: int, spans: list[Span], *, inside: bool) -> tuple[bytes, bytes, bool]:
    """Return what of a block is no document, the end that may be half a tag, and whether a document goes on."""
    kept, at = bytearray(), 0
    while True:
        if inside:
            end = block.find(b"<", at)
            if end < 0:
                return bytes(kept), b"", True
            spans[-1] = Span(spans[-1].start, base + end)
            kept += FILLING if spans[-1].end > spans[-1].start else b""
            at, inside = end, False
        found = OPENING.search(block, at)
        if found is None:
            break
        kept += block[at : found.end()]
        at = found.end()
        spans.append(Span(base + at, base + at))
        inside = not found[0].endswith(b"/>")
    cut = block.rfind(b"<", at)
    cut = len(block) if cut < 0 or len(block) - cut > LONGEST_TAG else cut
    kept += block[at:cut]
    return bytes(kept), block[cut:], False
