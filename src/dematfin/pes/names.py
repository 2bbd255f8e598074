"""Names of documents in a flow: what every system takes, and no two alike in one mandat."""

from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import PurePosixPath
from typing import Final

from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.pes.text import ascii_only

LENGTH: Final = 100
EXTENSION_LENGTHS: Final = range(2, 5)
UNKNOWN: Final = "piece"
"""Stem of a name of which nothing can be written: a document is known by its IdUnique."""
FORBIDDEN: Final = str.maketrans(dict.fromkeys('/\\:*?"<>|', "-"))


def file_name(name: str) -> str:
    """Return a NomPJ: an extension of two to four letters is required, or Hélios rejects the document.

    >>> file_name("Décompte n° 12.pdf"), file_name("photo.c"), file_name("bon"), file_name("发票.pdf")
    ('Decompte n 12.pdf', 'photo.c.bin', 'bon.bin', 'piece.pdf')
    """
    written = ascii_only(name).translate(FORBIDDEN)
    given = PurePosixPath(written).suffix or PurePosixPath(f"x{written}").suffix
    good = len(given) - 1 in EXTENSION_LENGTHS and given[1:].isalnum()
    ending = given if good else ".bin"
    stem = written.removesuffix(ending).strip(" .-")
    return f"{stem[: LENGTH - len(ending)].rstrip() or UNKNOWN}{ending}"


def file_names(pieces: Iterable[Piece], mandats: Iterable[Mandat]) -> Mapping[str, str]:
    """Return the NomPJ of each document by IdUnique; the second of a mandat that has a name is given a number."""
    return names_within(pieces, (mandat.pieces for mandat in mandats))


def names_within(pieces: Iterable[Piece], mandats: Iterable[Iterable[str]]) -> Mapping[str, str]:
    """Return the NomPJ of each document as `file_names` does, of mandats known by their IdUnique alone."""
    known = {piece.id: file_name(piece.name) for piece in pieces}
    names: dict[str, str] = {}
    for keys in map(tuple, mandats):
        taken = {names[key].lower() for key in keys if key in names}
        for key in (key for key in keys if key in known):
            names[key] = names.get(key) or _free(known[key], taken)
            taken.add(names[key].lower())
    return {**known, **names}


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    path = PurePosixPath(name)
    numbered = (f"-{number}{path.suffix}" for number in count(2))
    return next(one for end in numbered if (one := f"{path.stem[: LENGTH - len(end)]}{end}").lower() not in taken)
