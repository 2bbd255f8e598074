"""The engagement that an invoice answers: an open one that is printed, else what the invoice calls its order."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import Final

from dematfin.domain.paper.layout import labelled
from dematfin.domain.paper.trust import Opinion, Trust

LABEL: Final = re.compile(
    r"(?P<order>\b(?:n[°o'.] ?(?:de |d')?)?(?:bon de commande|engagement(?: juridique)?|commande|bdc|b\.c\.|bc|ej)\b"
    r"(?: ?(?:n(?:umero|[°o*'.]{1,2})|ref\.?))?)",
    re.IGNORECASE,
)
VALUE: Final = re.compile(
    r"(?<![0-9A-Za-z/._-])(?=[A-Z/_-]{0,12}[0-9])[0-9A-Z][0-9A-Z/_-]{1,28}(?![0-9A-Za-z/_%]|[.,][0-9])", re.IGNORECASE
)
DAY: Final = re.compile(r"[0-9]{1,2}[/.-][0-9]{1,2}[/.-](?:20)?[0-9]{2}|20[0-9]{2}-[0-9]{2}-[0-9]{2}")
WORD: Final = re.compile(r"[0-9A-Za-z]{1,40}")
CLOSE: Final = 3
"""Signs between two parts of one number."""
MOST_PARTS: Final = 4
SHORTEST: Final = 4
SHORTEST_FIGURES: Final = 8
"""Signs without which an unlabelled number may be anything: a price, a postcode, a year."""
NEAR: Final = 40
ALIKE: Final = str.maketrans("OoIiLl", "001111")


def engagement(lines: Sequence[str], opened: Set[str]) -> Opinion | None:
    """Return the open engagement that is printed, as the finance software writes it; else a labelled order."""
    names = {_alike(name): name for name in sorted(opened) if _alike(name)}
    beginnings = {key[:length] for key in names for length in range(1, len(key) + 1)}
    found: dict[str, bool] = {}
    for line in lines:
        for key, before in _printed(line, beginnings):
            is_labelled = key in names and bool(LABEL.search(before))
            if is_labelled or (key in names and _is_distinctive(key)):
                found[names[key]] = found.get(names[key], False) or is_labelled
    return _judged(found) if found else _unknown(lines)


def _printed(line: str, beginnings: Set[str]) -> Iterator[tuple[str, str]]:
    """Yield what may be engagements, however their parts are set apart, and what is written just before."""
    words = list(WORD.finditer(line.translate(ALIKE)))
    for first, word in enumerate(words):
        joined, end = "", word.start()
        for part in words[first : first + MOST_PARTS]:
            joined += part[0].upper()
            if part.start() - end > CLOSE or joined not in beginnings:
                break
            end = part.end()
            yield joined, line[max(0, word.start() - NEAR) : word.end()]


def _is_distinctive(key: str) -> bool:
    return len(key) >= (SHORTEST_FIGURES if key.isdigit() else SHORTEST)


def _alike(number: str) -> str:
    """Write a number so that two ways of typing it meet, and the letters that recognition mistakes for digits."""
    return "".join(sign for sign in number.translate(ALIKE).upper() if sign.isalnum())


def _judged(found: dict[str, bool]) -> Opinion:
    best = max(found, key=lambda name: found[name])
    if len(found) > 1:
        others = ", ".join(name for name in found if name != best)[:60]
        return Opinion(
            value=best, trust=Trust.DOUBTFUL, why=f"plusieurs engagements ouverts y sont cités, aussi {others}"
        )
    if found[best]:
        return Opinion(value=best, trust=Trust.SURE, why="engagement ouvert, libellé comme tel")
    return Opinion(value=best, trust=Trust.LIKELY, why="engagement ouvert, cité sans libellé")


def _unknown(lines: Sequence[str]) -> Opinion | None:
    for one in labelled(lines, LABEL, VALUE):
        if one.label and not one.below and not DAY.fullmatch(one.text):
            return Opinion(
                value=one.text, trust=Trust.DOUBTFUL, why="libellé commande, inconnu des engagements ouverts"
            )
    return None
