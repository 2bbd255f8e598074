"""The words of a text, as every engine indexes and seeks them: each once, folded, nothing but letters and digits."""

import re
from collections.abc import Iterator
from typing import Final

from dematfin.domain.invoice.invoice import folded

LONGEST_TEXT: Final = 200_000
"""Characters of one text that are indexed; the rest of a hostile or endless one is left."""
LONGEST_WORD: Final = 64
MOST_SOUGHT: Final = 20
"""Words of one search: nobody remembers more of an invoice."""
SHORTEST_BEGINNING: Final = 2
"""Signs from which a word that somebody is still typing is taken for the beginning of another."""
WORD: Final = re.compile(r"[^\W_]+")


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text, each once, in the order of their first use.

    >>> words_of("L'été à Bœuf-sur-Lac, l'ÉTÉ : 1 234,50 €")
    ('L', 'ETE', 'A', 'BOEUF', 'SUR', 'LAC', '1', '234', '50')
    """
    return tuple(_within(dict.fromkeys(word[:LONGEST_WORD] for word in WORD.findall(folded(text[:LONGEST_TEXT])))))


def sought(text: str) -> tuple[str, ...]:
    """Return the words that somebody looks for, the first twenty of them."""
    return words_of(text)[:MOST_SOUGHT]


def is_beginning(word: str) -> bool:
    """Say whether the last word of a search finds those that begin with it too."""
    return len(word) >= SHORTEST_BEGINNING


def _within(words: dict[str, None]) -> Iterator[str]:
    """Stop at the limit: a text may become longer once its ligatures are taken apart."""
    left = LONGEST_TEXT
    for word in words:
        left -= len(word) + 1
        if left < 0:
            return
        yield word
