"""Where things stand in a flow, in bytes: one pass of a strict parser, whatever its documents weigh.

With these positions a signature is inserted, a document skipped, a content compared, and nothing that the sender
wrote is ever written again.
"""

import os
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, NoReturn
from xml.parsers import expat  # a DOCTYPE, the door of every entity attack, is refused at its first character

from dematfin.errors import SignatureError
from dematfin.signature.vocabulary import BORDEREAU, DOMAINS, DS, ID_ATTRIBUTES, XML_ID
from dematfin.support.splice import CHUNK, Span
from dematfin.support.xml import LARGEST, MEBIBYTE

DECLARATION: Final = re.compile(rb"""<\?xml\s+version=["']1\.0["']\s+encoding=["']ISO-8859-1["']""", re.IGNORECASE)
DECLARED_WITHIN: Final = 50
"""A TdT looks for the encoding in the first 50 characters; tools that sign write it with quotes of either kind."""

ENCODINGS: Final = frozenset({"UTF-8", "US-ASCII", "ISO-8859-1", "ISO-8859-15", "WINDOWS-1252"})
"""What the flows of others may be written in; each has the tags in ASCII, where positions are looked for."""

DOCUMENT: Final = "Fichier"
DOCUMENT_TAG: Final = b"<Fichier"
BASE64: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/= \t\r\n"
DOCUMENT_PLACE: Final = ("PES_PJ", "PJ", "Contenu")
SIGNATURE_NAME: Final = f"{DS} Signature"
BORDEREAU_PLACES: Final = frozenset((domain,) for domain in DOMAINS)
IDS: Final = ID_ATTRIBUTES | {XML_ID}
LONGEST_END_TAG: Final = 1024
LONGEST_TAG: Final = 64 * 1024
WHOLE: Final = re.compile(rb"""<(?:[^<>"']|"[^"<]*"|'[^'<]*')*/>""")
"""An element that closes itself: the parser tells its end after it, and that of another one before its end tag."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What one pass has seen.

    Attributes:
        end: where the end tag of the whole flow begins.
        bordereaux: where the end tag of each bordereau begins, for those that stand in their place.
        signatures: every signature, wherever it is; one inside another counts with it.
        documents: the text of every supporting document that travels by value.
        repeated: identifiers given more than once.
    """

    end: int
    bordereaux: tuple[int, ...]
    signatures: tuple[Span, ...]
    documents: tuple[Span, ...]
    repeated: tuple[str, ...]


def survey(flow: Path, *, ours: bool = True) -> Layout:
    """Read a flow once; `ours` is declared in ISO-8859-1, as a TdT wants it.

    Raises:
        SignatureError: too large, not XML, of another encoding, or holding what no flow needs: a DOCTYPE, an element
            or a comment inside a document, a comment inside a signature, an instruction outside the flow.
    """
    if flow.stat().st_size > LARGEST:
        _refuse(f"le fichier dépasse la limite de {LARGEST // MEBIBYTE} Mo")
    with flow.open("rb") as source:
        head = source.read(DECLARED_WITHIN)
        if ours and not DECLARATION.match(head):
            _refuse('le fichier doit commencer par <?xml version="1.0" encoding="ISO-8859-1"?>, un TdT le refuserait')
        if b"\0" in head:
            _refuse("son encodage n'est pas celui d'un flux (ISO-8859-1)")
        source.seek(0)
        try:
            return _Reading(source).layout()
        except expat.ExpatError as error:
            _refuse(f"le XML est mal formé, ligne {error.lineno}, colonne {error.offset + 1}", error)


class _Reading:
    """Listens to the parser and notes positions."""

    def __init__(self, source: BinaryIO) -> None:
        self._source = source
        self._open: list[tuple[str, int]] = []
        self._ids: Counter[str] = Counter()
        self._bordereaux: list[int] = []
        self._signatures: list[Span] = []
        self._documents: list[Span] = []
        self._end_tag = 0
        self._text_at = -1
        self._skipped = 0
        self._between = False  # whether the parser waits for nothing to end
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.XmlDeclHandler = self._declared
        self._parser.StartCdataSectionHandler = self._cdata
        self._parser.CommentHandler = self._remark
        self._parser.ProcessingInstructionHandler = self._instruction

    def layout(self) -> Layout:
        while chunk := self._source.read(CHUNK):
            self._feed(chunk)
        self._parser.Parse(b"", True)  # noqa: FBT003 - nothing more comes
        return Layout(
            end=self._end_tag,
            bordereaux=tuple(self._bordereaux),
            signatures=tuple(self._signatures),
            documents=tuple(self._documents),
            repeated=tuple(name for name, count in self._ids.items() if count > 1),
        )

    def _feed(self, chunk: bytes) -> None:
        """Hand a chunk over, but for the base64 of documents: it is nearly all of a flow, and holds no tag."""
        at = 0
        while at < len(chunk):
            if self._between and self._is_document():
                at = self._skip(chunk, at)
            tag = chunk.find(DOCUMENT_TAG, at)
            stop = chunk.find(b">", tag) + 1 if tag >= 0 else 0
            if piece := chunk[at : stop or len(chunk)]:
                self._parser.Parse(piece)
                self._between = piece.endswith(b">")
            at = stop or len(chunk)

    def _skip(self, chunk: bytes, at: int) -> int:
        """Pass over what begins a text in base64, up to the next tag; anything else is for the parser to judge."""
        end = chunk.find(b"<", at)
        text = chunk[at : end if end >= 0 else len(chunk)]
        if not text or text.translate(None, BASE64):
            return at
        if self._text_at < 0:
            self._text_at = self._source.tell() - len(chunk) + at
            self._parser.CharacterDataHandler = None
        self._skipped += len(text)
        return at + len(text)

    def _here(self) -> int:
        """Return where the parser stands in the file."""
        return self._parser.CurrentByteIndex + self._skipped

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if self._is_document():
            _refuse("une pièce jointe contient autre chose que du texte")
        for key, value in attributes.items():
            if key in IDS:
                self._ids[value] += 1
        self._open.append((name, self._here()))
        if name == DOCUMENT:
            self._text_at = -1
            self._parser.CharacterDataHandler = self._text

    def _text(self, _: str) -> None:
        """Note where the text of a document begins; the rest of it is not listened to, for it may weigh."""
        self._text_at = self._here()
        self._parser.CharacterDataHandler = None

    def _end(self, name: str) -> None:
        start = self._open.pop()[1]
        here = self._end_tag = self._here()
        if name == SIGNATURE_NAME and not any(parent == name for parent, _ in self._open):
            self._signatures.append(self._span(start, here))
        elif name == DOCUMENT:
            self._parser.CharacterDataHandler = None
            if self._text_at >= 0 and self._place() == DOCUMENT_PLACE:
                self._documents.append(Span(self._text_at, here))
        elif name == BORDEREAU and self._place() in BORDEREAU_PLACES:
            self._bordereaux.append(here)

    def _is_document(self) -> bool:
        return bool(self._open) and self._open[-1][0] == DOCUMENT

    def _place(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self._open[1:])

    def _span(self, start: int, end_tag: int) -> Span:
        """Return where an element begins and ends; the parser tells where its end tag begins."""
        file = self._source.fileno()
        if WHOLE.fullmatch(os.pread(file, min(end_tag - start, LONGEST_TAG), start)):
            return Span(start, end_tag)
        length = os.pread(file, LONGEST_END_TAG, end_tag).find(b">") + 1
        if not length:
            _refuse("une balise de fin est démesurée")
        return Span(start, end_tag + length)

    def _doctype(self, *_: object) -> None:
        _refuse("il contient une déclaration DOCTYPE, interdite par sécurité")

    def _declared(self, _: str, encoding: str | None, __: int) -> None:
        if (encoding or "UTF-8").upper() not in ENCODINGS:
            _refuse(f"son encodage « {encoding} » n'est pas celui d'un flux (ISO-8859-1)")

    def _cdata(self) -> None:
        if self._is_document():
            _refuse("une pièce jointe contient autre chose que du texte")

    def _remark(self, *_: object) -> None:
        """Refuse a comment that cuts a text in two: canonical forms join what readers may not.

        Elsewhere in a flow texts are blanks: a comment hides nothing, and the seal holds it.
        """
        if self._is_document() or any(name == SIGNATURE_NAME for name, _ in self._open):
            _refuse("il contient un commentaire XML dans une pièce jointe ou dans une signature")

    def _instruction(self, *_: object) -> None:
        """Refuse an instruction around a flow, where no signature covers it: a style sheet shows what it likes."""
        if not self._open:
            _refuse("il contient une instruction XML avant ou après le flux, que la signature ne couvrirait pas")
        self._remark()


def _refuse(reason: str, cause: Exception | None = None) -> NoReturn:
    message = f"Le flux ne peut être ni signé ni vérifié : {reason}."
    raise SignatureError(message) from cause
