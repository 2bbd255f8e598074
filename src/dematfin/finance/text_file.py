"""A text file from a desktop or a server: its size, its encoding."""

import codecs
import re
from pathlib import Path
from typing import Final

from dematfin.errors import DocumentError, TooLarge
from dematfin.support.refusals import reason

LARGEST: Final = 50 * 1024 * 1024
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LOSS: Final = "\N{REPLACEMENT CHARACTER}"
LOST: Final = f"\0{LOSS}"
"""What a text never holds: the end of a C string, a sign that its encoding does not know."""

EURO: Final = b"\xa4"
"""The euro of ISO-8859-15; in Windows-1252, a currency sign that nobody writes."""
WINDOWS: Final = re.compile(rb"[\x80-\x9f]")
"""Where Windows-1252 has its euro, its quotes and its œ; ISO-8859-15 has nothing there."""


def text(source: Path) -> str:
    """Return the text of a file: its mark tells UTF-8 or UTF-16; without one, UTF-8 if it can be, else a Western one.

    Raises:
        DocumentError: absent or unreadable.
        TooLarge: beyond the limit.
    """
    data = _bytes(source)
    marked = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "")
    return data.decode(marked, errors="replace") if marked else _unmarked(data)


def _unmarked(data: bytes) -> str:
    """Take a text for UTF-8 when most of its accents are: a damaged line must not spoil those of all the others."""
    utf8 = data.decode("utf-8", errors="replace")
    lost = utf8.count(LOSS) - data.count(LOSS.encode())
    accents = len(utf8) - len(utf8.encode("ascii", errors="ignore")) - lost
    if lost <= accents:
        return utf8
    return data.decode("iso-8859-15" if EURO in data and not WINDOWS.search(data) else "cp1252", errors="replace")


def _bytes(source: Path) -> bytes:
    try:
        with source.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        message = f"Le fichier {source} est illisible : {reason(error)}."
        raise DocumentError(message) from error
    if len(data) > LARGEST:
        message = f"{source.name} : le fichier dépasse {LARGEST // 1024 // 1024} Mo."
        raise TooLarge(message)
    return data
