"""Words on a page: which value stands beside, under or above which label, however the invoice is laid out."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

LARGEST: Final = 200_000
"""Characters of a document that are read: the rest of a hostile or endless text is left."""
LONGEST_LINE: Final = 2_000
MOST: Final = 50
"""Labels or values of a line, or of a column: beyond, it is no invoice."""
PATIENCE: Final = 2
"""Lines without label nor value, beyond which a heading has nothing to do with what comes next."""
HEADING: Final = "heading"
"""Name of the group of labels that only hold a place among the headings of a table."""
MASK: Final = "\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A value and its label.

    Attributes:
        label: name of the group of the label's pattern; empty when nothing tells what the value is.
        below: the label comes on a line after the value, which is rare: to be believed less.
    """

    label: str
    text: str
    below: bool = False


def lines(pages: Sequence[str]) -> tuple[str, ...]:
    """Return what is written, without accents, with plain spaces, within the limits.

    >>> lines(["Échéance :\\u00a0 31/12/2026\\r\\nN\\u00ba 7"])
    ('Echeance : 31/12/2026', 'No 7')
    """
    text = unicodedata.normalize("NFKC", "\n".join(pages)[:LARGEST])[:LARGEST].replace(MASK, " ")
    apart = unicodedata.normalize("NFD", text)
    plain = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return tuple(part for line in plain.splitlines() for part in _parts(" ".join(line.split())))


def labelled(lines: Sequence[str], label: re.Pattern[str], value: re.Pattern[str]) -> tuple[Labelled, ...]:
    """Return every value with its label: beside it, above it in a heading or a column, or below it."""
    reader = _Reader(label, value)
    return tuple(found for line in lines for found in reader.read(line))


class _Reader:
    """Reads line after line, and remembers the labels that wait for values, and the values that stood alone."""

    def __init__(self, label: re.Pattern[str], value: re.Pattern[str]) -> None:
        self._label, self._value = label, value
        self._waiting: list[str] = []
        self._alone: list[str] = []
        self._idle = 0

    def read(self, line: str) -> Iterator[Labelled]:
        labels = list(islice(self._label.finditer(line), MOST))
        masked = self._label.sub(lambda found: MASK * len(found[0]), line) if labels else line
        values = list(islice(self._value.finditer(masked), MOST))
        self._idle = 0 if labels or values else self._idle + 1
        if labels and values:
            self._forget()
            yield from _side_by_side(labels, values)
        elif labels:
            yield from self._under([found.lastgroup or "" for found in labels])
        elif values:
            yield from self._over([found[0] for found in values], bare=not _words(self._value.sub("", line)))
        elif self._idle > PATIENCE:
            self._forget()

    def _under(self, labels: list[str]) -> Iterator[Labelled]:
        if len(labels) == len(self._alone):
            for name, text in zip(labels, self._alone, strict=True):
                yield Labelled(label=name, text=text, below=True)
            self._alone = []
        self._waiting = (self._waiting + labels)[:MOST]

    def _over(self, values: list[str], *, bare: bool) -> Iterator[Labelled]:
        for place, text in enumerate(values):
            yield Labelled(label=self._waiting[place] if place < len(self._waiting) else "", text=text)
        self._waiting = self._waiting[len(values) :]
        self._alone = (self._alone + values)[-MOST:] if bare else []

    def _forget(self) -> None:
        self._waiting, self._alone = [], []


def _side_by_side(labels: list[re.Match[str]], values: list[re.Match[str]]) -> Iterator[Labelled]:
    """As many labels as values follow the same order; else a value belongs to the label before it."""
    if len(labels) == len(values):
        for label, value in zip(labels, values, strict=True):
            yield Labelled(label=label.lastgroup or "", text=value[0])
        return
    own = [label for label in labels if label.lastgroup != HEADING] or labels
    before = 0
    for value in values:
        while before + 1 < len(own) and own[before + 1].end() <= value.start():
            before += 1
        yield Labelled(label=own[before].lastgroup or "", text=value[0])


def _words(rest: str) -> bool:
    return any(sign.isalnum() for sign in rest.upper().replace("EUR", ""))


def _parts(line: str) -> Iterator[str]:
    for start in range(0, len(line), LONGEST_LINE):
        yield line[start : start + LONGEST_LINE]
