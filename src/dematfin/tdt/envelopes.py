"""The small XML answers of S²LOW, read whatever their character set really is."""

import html
import re
from dataclasses import dataclass
from typing import Final

from dematfin.errors import BadAnswer, DocumentError
from dematfin.support.xml import MEBIBYTE, Element, local_name, parse_bytes

LARGEST: Final = MEBIBYTE
LARGEST_ANSWER: Final = 150 * MEBIBYTE
DECLARATION: Final = re.compile(r"^\ufeff?<\?xml[^>]*\?>")
SHOWN: Final = 200
LONGEST_MESSAGE: Final = 512
LASTING: Final = "Relancez plus tard ; si cela dure, voyez l'administrateur de S²LOW."


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
        return plain(self.text("message"))

    def text(self, name: str) -> str:
        """Return the text of a child, empty when there is none."""
        return next(((part.root.text or "").strip() for part in self.parts(name)), "")

    def parts(self, name: str) -> tuple["Envelope", ...]:
        """Return the children of one name."""
        return tuple(Envelope(child) for child in self.root if local_name(child) == name)


def read(body: bytes, call: str, *roots: str) -> Envelope:
    """Return an envelope, whose root must be one of `roots` when some are given, or raise BadAnswer."""
    try:
        root = parse_bytes(_without_label(body), call, LARGEST)
    except DocumentError as error:
        raise BadAnswer(_unreadable(body, call)) from error
    if roots and local_name(root) not in roots:
        raise BadAnswer(_unreadable(body, call))
    return Envelope(root)


def decoded(body: bytes) -> str:
    """Return the text of an answer: S²LOW writes ISO-8859-1 or UTF-8 according to its age, and its label may lie."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("iso-8859-1")


def shown(body: bytes) -> str:
    """Return the beginning of an answer, for a person who has to find out what happened."""
    return _printable(body[:SHOWN].decode("utf-8", errors="replace")) or "rien"


def plain(said: str) -> str:
    """Return a message of S²LOW, escaped for HTML, as people may see it: on one line, and no longer than its own."""
    return _printable(html.unescape(said))[:LONGEST_MESSAGE]


def _printable(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _without_label(body: bytes) -> bytes:
    """Return an answer in UTF-8, which needs no declaration."""
    return DECLARATION.sub("", decoded(body).strip(), count=1).encode("utf-8")


def _unreadable(body: bytes, call: str) -> str:
    return f"S²LOW : la réponse à « {call} » est incompréhensible : {shown(body)}. {LASTING}"
