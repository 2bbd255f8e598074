"""The text of a CSV file: its encoding and its separator are found, never asked."""

import codecs
from pathlib import Path
from typing import Final

from dematfin.errors import DocumentError, TooLarge
from dematfin.support.refusals import reason

LARGEST: Final = 50 * 1024 * 1024
SEPARATORS: Final = ";\t|,"
"""In the order in which they win when a line of titles has as many of each: a comma is also in amounts."""
MARKS: Final = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def text(source: Path) -> str:
    """Return the text of a file: UTF-8 or UTF-16 with their marks, UTF-8 without, or Windows-1252.

    Raises:
        DocumentError, TooLarge: the file is absent, too large, or no text at all.
    """
    data = _bytes(source)
    for mark, encoding in MARKS:
        if data.startswith(mark):
            return _decoded(data, encoding, source)
    if b"\x00" in data:
        message = f"{source.name} : ce n'est pas un fichier de texte. Exportez le registre au format CSV."
        raise DocumentError(message)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def separator(titles: str) -> str:
    """Return the sign that separates the titles, quoted ones excepted."""
    bare = "".join(part for order, part in enumerate(titles.split('"')) if order % 2 == 0)
    return max(SEPARATORS, key=lambda sign: (bare.count(sign), -SEPARATORS.index(sign)))


def _decoded(data: bytes, encoding: str, source: Path) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"{source.name} : le fichier est abîmé, son encodage annoncé ({encoding}) n'est pas le sien."
        raise DocumentError(message) from error


def _bytes(source: Path) -> bytes:
    try:
        if source.stat().st_size > LARGEST:
            message = f"{source.name} : le fichier dépasse {LARGEST // 1024 // 1024} Mo."
            raise TooLarge(message)
        return source.read_bytes()
    except OSError as error:
        message = f"Le fichier {source} est illisible : {reason(error)}."
        raise DocumentError(message) from error
