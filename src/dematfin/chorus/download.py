"""A file that comes as base64 inside a JSON answer, taken out while it comes: it may weigh 160 MB."""

import base64
import binascii
import re
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from dematfin.errors import BadAnswer

FIELD: Final = re.compile(rb'"fichierResultat"\s*:\s*"')
LONGEST_FIELD: Final = 64
LARGEST_REST: Final = 1_000_000
"""What an answer may say beside the file."""
LARGEST_FILE: Final = 170_000_000
"""120 MB of files are 160 MB of base64."""
ESCAPE: Final = re.compile(rb"\\(?:u00([0-7][0-9a-fA-F])|([/nr]))")
"""JSON writers may escape a digit: `\\/`, `\\u003d`."""
UNFINISHED: Final = re.compile(rb"\\(?:u[0-9a-fA-F]{0,3})?\Z")


class FileInAnswer:
    """Writes the file to `target`; what is left of the answer, its file emptied, is to be understood."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._rest = b""
        self._digits = b""
        self._size = 0
        self._place = "before"

    def take(self, response: httpx.Response) -> bytes:
        """Read an answer; raises BadAnswer when it is too large, or its base64 is not."""
        self._rest, self._digits, self._size, self._place = b"", b"", 0, "before"
        with self._target.open("wb") as sink:
            for chunk in response.iter_bytes():
                self._feed(chunk, sink)
        if self._digits:
            raise _damaged()
        return self._rest

    def _feed(self, chunk: bytes, sink: BinaryIO) -> None:
        if self._place != "inside":
            chunk = self._outside(chunk)
        if self._place == "inside" and chunk:
            digits, quote, after = chunk.partition(b'"')
            self._decode(digits, sink, last=bool(quote))
            if quote:
                self._place = "after"
                self._rest += b'"' + after
        if len(self._rest) > LARGEST_REST:
            message = "Chorus Pro : la réponse est trop longue, elle est abandonnée."
            raise BadAnswer(message)

    def _outside(self, chunk: bytes) -> bytes:
        """Keep what is beside the file; return what belongs to it."""
        start = max(0, len(self._rest) - LONGEST_FIELD)
        self._rest += chunk
        found = FIELD.search(self._rest, start) if self._place == "before" else None
        if found is None:
            return b""
        self._place = "inside"
        inside, self._rest = self._rest[found.end() :], self._rest[: found.end()]
        return inside

    def _decode(self, digits: bytes, sink: BinaryIO, *, last: bool) -> None:
        """Write the bytes of as many digits as make whole groups of four, the others wait for the next ones."""
        self._size += len(digits)
        if self._size > LARGEST_FILE:
            message = f"Chorus Pro : le fichier dépasse {LARGEST_FILE // 1_000_000} Mo, il est abandonné."
            raise BadAnswer(message)
        plain, held = _plain(self._digits + digits, last=last)
        whole = len(plain) if last else len(plain) // 4 * 4
        try:
            sink.write(base64.b64decode(plain[:whole], validate=True))
        except (binascii.Error, ValueError) as error:
            raise _damaged() from error
        self._digits = plain[whole:] + held


def _plain(digits: bytes, *, last: bool) -> tuple[bytes, bytes]:
    """Return digits without what writers put between them, and the beginning of an escape that is still to come."""
    held = b""
    if b"\\" in digits:
        cut = None if last else UNFINISHED.search(digits)
        end = cut.start() if cut else len(digits)
        digits, held = ESCAPE.sub(_meant, digits[:end]), digits[end:]
    return digits.translate(None, b"\r\n"), held


def _meant(escape: re.Match[bytes]) -> bytes:
    code, sign = escape.groups()
    if code:
        return bytes([int(code, 16)])
    return b"/" if sign == b"/" else b"\n"


def _damaged() -> BadAnswer:
    return BadAnswer("Chorus Pro : le fichier téléchargé est abîmé (base64 illisible).")
