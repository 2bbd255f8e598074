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
    found: dict[str, bool] = {}
    for line in lines if names else ():
        for name, is_labelled in _known(line, names):
            found[name] = found.get(name, False) or is_labelled
    return _judged(found) if found else _unknown(lines)


def _known(line: str, names: dict[str, str]) -> Iterator[tuple[str, bool]]:
    """Yield the open engagements of a line, however their parts are set apart."""
    words = [(found.start(), found.end(), found[0].upper()) for found in WORD.finditer(line.translate(ALIKE))]
    for first, (start, end, _) in enumerate(words):
        for key in _runs(words[first : first + MOST_PARTS]):
            if key in names:
                is_labelled = bool(LABEL.search(line[max(0, start - NEAR) : end]))
                if is_labelled or _is_distinctive(key):
                    yield names[key], is_labelled


def _runs(words: Sequence[tuple[int, int, str]]) -> Iterator[str]:
    """Yield the first word, then with its next ones as long as they stand close together."""
    joined, end = "", words[0][0]
    for start, next_end, word in words:
        if start - end > CLOSE:
            return
        joined += word
        end = next_end
        yield joined


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
