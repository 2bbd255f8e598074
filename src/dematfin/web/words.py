"""Words from outside, without what no reader sees: control signs, and those that turn a line around."""

import unicodedata
from typing import Final

UNSEEN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def legible(words: str) -> str:
    """Return what a reader sees of a text; its lines and its spaces of all kinds stay.

    >>> legible("120,00\\u00a0€ \\u202eDUL\\x00")
    '120,00\\xa0€ DUL'
    """
    if words.isprintable():
        return words
    return "".join(sign for sign in words if sign == "\n" or unicodedata.category(sign) not in UNSEEN)
