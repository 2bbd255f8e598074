"""Words from outside as a file may show them, and the names that tables take in files."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from dematfin.domain.report.cells import written
from dematfin.domain.report.table import Cell, Kind, Report

SUMMARY: Final = "sommaire"
LONGEST: Final = 31
"""Signs in the name of a sheet."""
BREAKS: Final = re.compile(r"\s", re.ASCII)
UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Control signs, those that turn a line around, halves of signs, and what is no sign: XML refuses many of them."""
UNNAMED: Final = re.compile(r"[^a-z0-9_-]+", re.IGNORECASE | re.ASCII)


def words(text: str) -> str:
    """Return on one line what a reader sees of a text from outside.

    >>> words("PAPETERIE\\r\\n\\u202eDUL\\x00 LAC")
    'PAPETERIE  DUL LAC'
    """
    line = BREAKS.sub(" ", text)
    return line if line.isprintable() else "".join(sign for sign in line if unicodedata.category(sign) not in UNSEEN)


def shown(cell: Cell, kind: Kind) -> str:
    """Write a cell as people read it, words from outside on one line."""
    return words(cell) if isinstance(cell, str) else written(cell, kind)


def names(report: Report) -> tuple[str, ...]:
    """Return what each table is called in files: a plain word, short, alone of its kind whatever the case."""
    taken = [SUMMARY]
    for table in report.tables:
        taken.append(_free(UNNAMED.sub("-", table.key).strip("-") or "tableau", taken))
    return tuple(taken[1:])


def _free(name: str, taken: Sequence[str]) -> str:
    lowered, candidate, rank = {one.lower() for one in taken}, name[:LONGEST], 1
    while candidate.lower() in lowered:
        rank += 1
        candidate = f"{name[: LONGEST - len(str(rank)) - 1]}-{rank}"
    return candidate
