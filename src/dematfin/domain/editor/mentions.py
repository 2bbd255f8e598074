"""Numbers inside the words of a mandat: many finance softwares, and people, write them in Obj or in the labels."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import Final

from dematfin.domain.editor.numbers import ENOUGH, GROUPS, INVOICE, SERIES, Number, number_in, plain

DAY, MONTH, YEAR = "(?:0?[1-9]|[12][0-9]|3[01])", "(?:0?[1-9]|1[0-2])", "20[0-9]{2}"
DATES: Final = re.compile(
    rf"\b{DAY}[/.\-]{MONTH}[/.\-](?:{YEAR}|[0-9]{{2}})\b|\b{YEAR}-{MONTH}-{DAY}\b|\b{MONTH}/{YEAR}\b"
)
"""What is a day or a month, although a number could be written so."""
DAYS: Final = re.compile(rf"\b({DAY})[/.\-]({MONTH})[/.\-]({YEAR}|[0-9]{{2}})\b")
LONGEST_RUN: Final = 4
"""Words that one number may be spread over."""
SHORT: Final = 8
"""Letters of a word that may begin a number; a longer one is a word."""
OF_SOMETHING_ELSE: Final = re.compile(
    r"\b(AVOIR|ANNUL\w*|REMPLAC\w*|ACOMPTE|SOLDE|RELIQUAT|COMPL\w*|PARTIEL\w*|DEVIS|REGUL\w*|RAPPEL|RELANCE|SUITE|SUR"
    r"|DUPLICATA|RECTIFI\w*|DOUBLON)\b"
)
"""Words beside which a number may be that of another invoice, or of no invoice."""
SHORTEST: Final = ENOUGH - 1
"""Digits below which a number that no word tells is rather a quantity, or a street."""
NAMES_INVOICE: Final = INVOICE | SERIES


def days_in(texts: Iterable[str]) -> frozenset[date]:
    """Return the days that texts mention.

    >>> days_in(["FACT 412 DU 10/05/26", "31/02/2026"])
    frozenset({datetime.date(2026, 5, 10)})
    """
    found = set()
    for day, month, year in DAYS.findall("\n".join(texts)):
        with suppress(ValueError):
            found.add(date(2000 + int(year) % 1000, int(month), int(day)))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Mention:
    """A number found in a text; `told` when a word says that an invoice bears it, and no other word doubts it."""

    number: Number
    told: bool


def mentions(texts: Iterable[str]) -> dict[str, bool]:
    """Return the keys of every number that texts mention, and whether one of them tells it as that of an invoice."""
    found: dict[str, bool] = {}
    cleaned = [DATES.sub(" | ", plain(text)) for text in texts]
    sure = not OF_SOMETHING_ELSE.search("\n".join(cleaned))
    for text in cleaned:
        for one in _mentions(text.split(), sure=sure):
            if one.told or one.number.digits >= SHORTEST:
                for key in one.number.keys:
                    found[key] = found.get(key, False) or one.told
    return found


def _mentions(words: list[str], *, sure: bool) -> Iterator[Mention]:
    parts = [GROUPS.findall(word) for word in words]
    for start, first in enumerate(parts):
        if not first or (len(words[start]) > SHORT and first[0].isalpha() and len(first) == 1):
            continue
        named = first[0] in NAMES_INVOICE or (start == 0 and any(map(str.isdigit, first)))
        run: list[str] = []
        for end in range(start, min(start + LONGEST_RUN, len(parts))):
            if not parts[end]:
                break
            run += parts[end]
            if parts[end][-1].isdigit() or len(parts[end]) > 1:
                told = sure and named and not _goes_on(parts, end + 1)
                yield Mention(number_in(0, run), told)


def _goes_on(parts: list[list[str]], following: int) -> bool:
    """Say whether more digits follow: they may be the end of the number."""
    return following < len(parts) and any(group.isdigit() for group in parts[following])
