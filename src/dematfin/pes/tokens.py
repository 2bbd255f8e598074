"""A flow cut into tags and texts, as its bytes are written: no parser between them and whoever compares."""

import hashlib
import re
from collections.abc import Generator, Iterable, Iterator
from typing import Any, Final, NamedTuple

from dematfin.errors import InvalidPes

TOKEN: Final = re.compile(
    rb"""[^<]+|<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?![!?])(?:[^<>"']|"[^"]*"|'[^']*')*>""", re.DOTALL
)
NAME: Final = re.compile(rb"""</?(?:([^\s<>/:"'=]+):)?([^\s<>/:"'=]+)""")
ATTRIBUTE: Final = re.compile(rb"""\s([^\s=<>/"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
LESS_THAN: Final = ord("<")
LONGEST_TEXT: Final = 4096
LONGEST_TOKEN: Final = 1024 * 1024


class Token(NamedTuple):
    """One tag, comment, instruction or text; of a long text, its SHA-256 only."""

    data: bytes
    start: int
    end: int

    @property
    def is_tag(self) -> bool:
        """Whether it opens or closes an element."""
        return self.data[:1] == b"<" and self.data[1:2] not in {b"!", b"?"}

    @property
    def opens(self) -> bool:
        """Whether it opens an element that another tag closes."""
        return self.is_tag and self.data[1:2] != b"/" and not self.closes_itself

    @property
    def closes_itself(self) -> bool:
        """Whether it is a whole element."""
        return self.is_tag and self.data[-2:] == b"/>"

    @property
    def names(self) -> tuple[str, str]:
        """The prefix and the name of a tag."""
        found = NAME.match(self.data)
        return ((found[1] or b"").decode("latin-1"), found[2].decode("latin-1")) if found else ("", "")

    @property
    def attributes(self) -> dict[str, str]:
        """The attributes of a tag, as they are written."""
        return {
            found[1].decode("latin-1"): (found[2] if found[2] is not None else found[3]).decode("latin-1")
            for found in ATTRIBUTE.finditer(self.data)
        }

    def with_value(self, value: str) -> bytes:
        """Return the tag as it would be written with another `V`."""
        for found in ATTRIBUTE.finditer(self.data):
            if found[1] == b"V":
                group = 2 if found[2] is not None else 3
                return self.data[: found.start(group)] + value.encode("latin-1") + self.data[found.end(group) :]
        return self.data


def tokens(chunks: Iterable[bytes], what: str) -> Iterator[Token]:
    """Yield a file token by token; raises InvalidPes, naming `what`, where it is no XML."""
    held, base, text = b"", 0, _Text()
    for chunk in chunks:
        held += chunk
        cut = yield from _whole_tokens(held, base, text)
        held, base = held[cut:], base + cut
        if len(held) > LONGEST_TOKEN:
            break
    if held:
        message = f"{what} : la balise à l'octet {base} n'a pas de fin."
        raise InvalidPes(message)
    yield from text.ended()


def _whole_tokens(held: bytes, base: int, text: "_Text") -> Generator[Token, None, int]:
    """Yield the tokens that end in a block, and return where the one that does not begins; a text may go on."""
    at = 0
    for found in TOKEN.finditer(held):
        if found.start() != at:
            break
        if held[at] == LESS_THAN:
            if text.size:
                yield from text.ended()
            yield Token(found[0], base + at, base + found.end())
        else:
            text.add(base + at, found[0])
        at = found.end()
    return at


class _Text:
    """A text that goes on from one block of the file to the next."""

    def __init__(self) -> None:
        self._start = 0
        self.size = 0
        self._held = b""
        self._digest: Any = None

    def add(self, at: int, piece: bytes) -> None:
        if not self.size:
            self._start = at
        self.size += len(piece)
        if self._digest is None and self.size <= LONGEST_TEXT:
            self._held += piece
            return
        if self._digest is None:
            self._digest = hashlib.sha256(self._held)
        self._digest.update(piece)

    def ended(self) -> Iterator[Token]:
        if self.size:
            data = self._held if self._digest is None else b"sha256 " + self._digest.digest()
            yield Token(data, self._start, self._start + self.size)
        self.size, self._held, self._digest = 0, b"", None
