"""Names of the files that are handed over: from a rule and what is known, safe on any share, never a path."""

import string
import unicodedata
from collections.abc import Collection, Mapping
from pathlib import PurePath
from typing import Final

LONGEST: Final = 200
"""Bytes of a name: a file system takes 255, and what is written beside it adds to them."""
LONGEST_VALUE: Final = 40
"""Bytes of each value in a rule: a long one must not push out the one that makes the name unique."""
KEPT: Final = frozenset("._-()")
DEVICES: Final = frozenset({"con", "prn", "aux", "nul"} | {f"{kind}{n}" for kind in ("com", "lpt") for n in range(10)})
"""Names that Windows keeps for itself, whatever follows their first point."""
LONGEST_ENDING: Final = 8


def fields_of(rule: str) -> tuple[str, ...]:
    """Return the fields that a rule names.

    >>> fields_of("{budget}_{facture}.pdf")
    ('budget', 'facture')

    Raises:
        ValueError: it is no rule: a lone brace, or more than a name between two.
    """
    found = []
    for _, name, form, conversion in string.Formatter().parse(rule):
        if name is not None and (form or conversion or not name.isidentifier()):
            message = f"« {name} » n'est pas un nom simple"
            raise ValueError(message)
        if name is not None:
            found.append(name)
    return tuple(found)


def longest(rule: str) -> int:
    """Return the bytes of the longest name that a rule may make."""
    return len(rule.format(**dict.fromkeys(fields_of(rule), "x" * LONGEST_VALUE)).encode())


def named(rule: str, values: Mapping[str, str]) -> str:
    """Return the name that a rule makes, safe: what a supplier wrote may be in it."""
    return safe(rule.format(**{name: _cut(safe(values[name], ""), LONGEST_VALUE) for name in fields_of(rule)}))


def safe(name: str, instead: str = "fichier") -> str:
    """Return what is left of a name once nothing in it can mislead a file system, or whoever reads it.

    >>> safe("../../F 2026/412.pdf"), safe("CON.xml"), safe("…"), safe("Été 1.XML")
    ('F_2026_412.pdf', '_CON.xml', 'fichier', 'Été_1.XML')
    """
    signs = (sign if sign.isalnum() or sign in KEPT else "_" for sign in unicodedata.normalize("NFC", name))
    kept = "".join(signs).strip("._") or instead
    stem, ending = _parted(kept)
    room = LONGEST - len(ending.encode())
    short = _cut(stem, room).rstrip("._")
    return f"_{short}{ending}" if short.split(".")[0].lower() in DEVICES else short + ending


def unique(name: str, taken: Collection[str]) -> str:
    """Return a name that none of those taken is, for a share that tells no capital from a small letter.

    >>> unique("a.xml", {"A.xml", "a-2.xml"})
    'a-3.xml'
    """
    known = {one.casefold() for one in taken}
    rank = 1
    while (found := ranked(name, rank)).casefold() in known:
        rank += 1
    return found


def ranked(name: str, rank: int) -> str:
    """Return the name of the nth file that would bear the same one.

    >>> ranked("a.xml", 1), ranked("a.xml", 2)
    ('a.xml', 'a-2.xml')
    """
    stem, ending = _parted(name)
    return name if rank == 1 else f"{stem}-{rank}{ending}"


def ending_of(name: str, instead: str) -> str:
    """Return how the name of a file ends, small letters, when it can be told.

    >>> ending_of("Facture.PDF", ".bin"), ending_of("a.b c", ".bin")
    ('.pdf', '.bin')
    """
    ending = PurePath(name).suffix.lower()
    return ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= LONGEST_ENDING else instead


def _cut(text: str, room: int) -> str:
    return text.encode()[:room].decode(errors="ignore")


def _parted(name: str) -> tuple[str, str]:
    ending = PurePath(name).suffix
    return (name.removesuffix(ending), ending) if len(ending) <= LONGEST_ENDING else (name, "")
