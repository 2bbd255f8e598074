"""The files of a bundle under plain names, each content once."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.exchange.file_names import safe, unique

NAMING: Final = ("sha256", "fiche", "document", "documents")
"""Where an event names a file by its fingerprint; `verifier.py` looks there too."""
IN_WORDS: Final = re.compile(r"empreinte ([0-9a-f]{64})\b")
FINGERPRINT: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """One file of a bundle: a document that is kept, or a text that was written for it."""

    name: str
    document: DocumentRef | None = None
    text: str = ""


class Shelf:
    """What is put in a bundle, in that order; `left`: why, in French, those that were eliminated are not there."""

    def __init__(self, gone: Callable[[DocumentRef], str] = lambda _: "") -> None:
        """Begin; `gone` says why a document is away, nothing when it is there."""
        self._names: dict[str, str] = {}
        self._gone = gone
        self.files: list[Enclosed] = []
        self.left: dict[str, str] = {}

    def takes(self, document: DocumentRef) -> bool:
        """Say whether a document can be enclosed; one that was eliminated is noted."""
        if why := self._gone(document):
            self.left[document.sha256] = why
        return not why

    def put(self, folder: str, name: str, document: DocumentRef) -> str:
        """Enclose a document; return its name in the bundle, the same for the same bytes, empty when it is left out."""
        if not self.takes(document):
            return ""
        if document.sha256 not in self._names:
            chosen = self._free(folder, safe(name))
            self._names[document.sha256] = chosen
            self.files.append(Enclosed(name=chosen, document=document))
        return self._names[document.sha256]

    def write(self, folder: str, name: str, text: str) -> str:
        """Enclose a text; return its name in the bundle."""
        chosen = self._free(folder, safe(name))
        self.files.append(Enclosed(name=chosen, text=text))
        return chosen

    @property
    def named(self) -> Mapping[str, str]:
        """The documents that are there: fingerprint, then name."""
        return self._names

    def _free(self, folder: str, name: str) -> str:
        return f"{folder}/" + unique(name, {one.name.removeprefix(f"{folder}/") for one in self.files})


def named_by(data: Mapping[str, str], motif: str) -> tuple[str, ...]:
    """Return the fingerprints of files that an event names."""
    told = [one for key in NAMING for one in data.get(key, "").split() if FINGERPRINT.fullmatch(one)]
    return (*told, *IN_WORDS.findall(motif))


def absent(named: Iterable[str], shelf: Collection[str]) -> tuple[str, ...]:
    """Return the fingerprints that no file of a bundle has, each once."""
    return tuple(dict.fromkeys(one for one in named if one not in shelf))
