"""Where things stand in a flow, in bytes: one pass of a strict parser, whatever its documents weigh.

With these positions a signature is inserted, a document skipped, a content compared, and nothing that the sender
wrote is ever written again.
"""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NoReturn
from xml.parsers import expat  # a DOCTYPE, the door of every entity attack, is refused at its first character

from dematfin.errors import SignatureError
from dematfin.signature.splice import CHUNK, Span, without
from dematfin.signature.vocabulary import BORDEREAU, DOMAINS, DS, ID_ATTRIBUTES, XML_ID
from dematfin.support.xml import LARGEST, MEBIBYTE

DECLARATION: Final = b'<?xml version="1.0" encoding="ISO-8859-1"?>'
"""A TdT looks for the encoding in the first 50 characters; the canonical bytes depend on it."""

DOCUMENT: Final = "Fichier"
DOCUMENT_PLACE: Final = ("PES_PJ", "PJ", "Contenu")
SIGNATURE_NAME: Final = f"{DS} Signature"
BORDEREAU_PLACES: Final = frozenset((domain,) for domain in DOMAINS)
IDS: Final = ID_ATTRIBUTES | {XML_ID}
LONGEST_END_TAG: Final = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What one pass has seen.

    Attributes:
        bordereaux: where the end tag of each bordereau begins, for those that stand in their place.
        signatures: every signature, wherever it is; one inside another counts with it.
        documents: every supporting document that travels by value.
        repeated: identifiers given more than once.
    """

    bordereaux: tuple[int, ...]
    signatures: tuple[Span, ...]
    documents: tuple[Span, ...]
    repeated: tuple[str, ...]


def survey(flow: Path) -> Layout:
    """Read a flow once.

    Raises:
        SignatureError: too large, not XML, not declared in ISO-8859-1, or holding what no flow needs: a DOCTYPE, a
            comment, an instruction, an element inside a document.
    """
    if flow.stat().st_size > LARGEST:
        _refuse(f"le fichier dépasse la limite de {LARGEST // MEBIBYTE} Mo")
    with flow.open("rb") as source:
        if source.read(len(DECLARATION)) != DECLARATION:
            _refuse(f"le fichier doit commencer par {DECLARATION.decode()}")
        source.seek(0)
        try:
            return _Reading(source).layout()
        except expat.ExpatError as error:
            _refuse(f"le XML est illisible ({error})", error)


def light_copy(flow: Path, layout: Layout) -> bytes:
    """Return a flow without its documents, which no signature of a bordereau covers."""
    return b"".join(without(flow, layout.documents))


class _Reading:
    """Listens to the parser and notes positions."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._open: list[tuple[str, int]] = []
        self._ids: Counter[str] = Counter()
        self._bordereaux: list[int] = []
        self._signatures: list[Span] = []
        self._documents: list[Span] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.CommentHandler = self._remark
        self._parser.ProcessingInstructionHandler = self._remark

    def layout(self) -> Layout:
        while chunk := self._source.read(CHUNK):
            self._parser.Parse(chunk)
        self._parser.Parse(chunk, not chunk)  # nothing more comes
        return Layout(
            bordereaux=tuple(self._bordereaux),
            signatures=tuple(self._signatures),
            documents=tuple(self._documents),
            repeated=tuple(name for name, count in self._ids.items() if count > 1),
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._open and self._open[-1][0] == DOCUMENT:
            _refuse("une pièce jointe contient autre chose que du texte")
        self._ids.update(attributes[key] for key in IDS & attributes.keys())
        self._open.append((name, self._parser.CurrentByteIndex))

    def _end(self, name: str) -> None:
        start = self._open.pop()[1]
        here = self._parser.CurrentByteIndex
        if name == SIGNATURE_NAME and not any(parent == name for parent, _ in self._open):
            self._signatures.append(self._span(start, here))
        elif name == DOCUMENT and self._place() == DOCUMENT_PLACE:
            self._documents.append(self._span(start, here))
        elif name == BORDEREAU and self._place() in BORDEREAU_PLACES:
            self._bordereaux.append(here)

    def _place(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._open[1:])

    def _span(self, start: int, end_tag: int) -> Span:
        """Return where an element begins and ends; the parser tells where its end tag begins."""
        if start == end_tag:  # <element/>
            return Span(start, start)
        length = os.pread(self._source.fileno(), LONGEST_END_TAG, end_tag).find(b">") + 1
        if not length:
            _refuse("une balise de fin est démesurée")
        return Span(start, end_tag + length)

    def _doctype(self, *_: object) -> None:
        _refuse("il contient une déclaration DOCTYPE, interdite par sécurité")

    def _remark(self, *_: object) -> None:
        _refuse("il contient un commentaire ou une instruction XML, que la signature ne couvrirait pas")


def _refuse(reason: str, cause: Exception | None = None) -> NoReturn:
    message = f"Le flux ne peut être ni signé ni vérifié : {reason}."
    raise SignatureError(message) from cause
