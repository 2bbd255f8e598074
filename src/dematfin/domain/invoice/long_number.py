"""Numbers of invoices that are too long for a flow: what is kept of them, and what a kept one may stand for."""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from dematfin.domain.invoice.invoice import normalised

LENGTH: Final = 20
"""Signs of `Facture`."""
MARKED: Final = re.compile(r".*/(\d{1,6})", re.DOTALL)


class LongNumbers(StrEnum):
    """What is kept of an invoice number that does not fit."""

    END = "fin"
    BEGINNING = "debut"
    NO_SEPARATORS = "sans-separateurs"


def cut(whole: str, kept: LongNumbers) -> str:
    """Return what is kept of a number; one that fits is kept whole."""
    return whole if len(whole) <= LENGTH else CUTS[kept](whole)


def marked(short: str, turn: int) -> str:
    """Return another form of a kept number, which would be that of another invoice."""
    mark = f"/{turn}"
    return f"{short[-(LENGTH - len(mark)) :]}{mark}"


def may_stand_for(written: str, whole: str) -> bool:
    """Say whether a flow that bears a number may mean this one, whatever its writer keeps of long ones.

    >>> may_stand_for("03-0000000000012345", "FA-2026-03-0000000000012345"), may_stand_for("12345", "FA-12345")
    (True, False)
    """
    forms = [cut(whole, kept) for kept in LongNumbers]
    if len(whole) > LENGTH and (turn := MARKED.fullmatch(written)):
        forms += [marked(one, int(turn[1])) for one in forms]
    key = normalised(written)
    return bool(key) and key in {normalised(one) for one in forms}


def _bare(whole: str) -> str:
    """Drop what only separates; the end is kept of a number that is too long even so."""
    return "".join(sign for sign in whole if sign.isalnum())[-LENGTH:]


CUTS: Final[Mapping[LongNumbers, Callable[[str], str]]] = {
    LongNumbers.END: lambda whole: whole[-LENGTH:],
    LongNumbers.BEGINNING: lambda whole: whole[:LENGTH],
    LongNumbers.NO_SEPARATORS: _bare,
}
