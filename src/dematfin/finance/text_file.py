"""A text file from a desktop or a server: its size, its encoding."""

import codecs
from pathlib import Path
from typing import Final

from dematfin.errors import DocumentError, TooLarge
from dematfin.support.refusals import reason

LARGEST: Final = 50 * 1024 * 1024
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
LOST: Final = "\0\N{REPLACEMENT CHARACTER}"
"""What a text never holds: the end of a C string, a sign that its encoding does not know."""


def text(source: Path) -> str:
    """Return the text of a file: its mark tells UTF-8 or UTF-16; without one, UTF-8 if it can be, else Windows-1252.

    Raises:
        DocumentError: absent or unreadable.
        TooLarge: beyond the limit.
    """
    data = _bytes(source)
    marked = next((encoding for mark, encoding in MARKS if data.startswith(mark)), "")
    if marked:
        return data.decode(marked, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


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
