"""The small XML answers of S²LOW, read whatever their character set really is."""

import html
import re
from dataclasses import dataclass
from typing import Final

from dematfin.errors import BadAnswer, DocumentError
from dematfin.support.xml import MEBIBYTE, Element, local_name, parse_bytes

LARGEST: Final = MEBIBYTE
DECLARATION: Final = re.compile(rb"^(\xef\xbb\xbf)?<\?xml[^>]*\?>")
SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class Envelope:
    """One answer, or one part of it; elements are known by their local name."""

    root: Element

    @property
    def refused(self) -> bool:
        """Whether S²LOW says KO; success is written OK or not written at all."""
        return self.text("resultat").upper() == "KO"

    @property
    def message(self) -> str:
        """What S²LOW says, for display: it was escaped for HTML before it was put in XML."""
        return " ".join(html.unescape(self.text("message")).split())

    def text(self, name: str) -> str:
        """Return the text of a child, empty when there is none."""
        return next(((part.root.text or "").strip() for part in self.parts(name)), "")

    def parts(self, name: str) -> tuple["Envelope", ...]:
        """Return the children of one name."""
        return tuple(Envelope(child) for child in self.root if local_name(child) == name)


def read(body: bytes, call: str, *roots: str) -> Envelope:
    """Return an envelope, whose root must be one of `roots` when some are given, or raise BadAnswer."""
    try:
        root = parse_bytes(_without_false_label(body.strip()), call, LARGEST)
    except DocumentError as error:
        raise BadAnswer(_unreadable(body, call)) from error
    if roots and local_name(root) not in roots:
        raise BadAnswer(_unreadable(body, call))
    return Envelope(root)


def shown(body: bytes) -> str:
    """Return the beginning of an answer, for a person who has to find out what happened."""
    return " ".join(body[:SHOWN].decode("utf-8", errors="replace").split()) or "rien"


def _without_false_label(body: bytes) -> bytes:
    """Drop the declaration of a UTF-8 text: some versions of S²LOW label theirs as ISO-8859-1."""
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return body
    return body if body.isascii() else DECLARATION.sub(b"", body, count=1)


def _unreadable(body: bytes, call: str) -> str:
    return f"S²LOW : la réponse à « {call} » est incompréhensible : {shown(body)}"
