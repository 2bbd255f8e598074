"""Reading an editor's flow once to know where it can be completed: a strict parser, its documents left out.

With these positions something is put in, and nothing that the editor wrote is ever written again.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NoReturn
from xml.parsers import expat  # a DOCTYPE, the door of every entity attack, is refused at its first character

from dematfin.errors import InvalidPes
from dematfin.pes.light import FILLING, encoding_of, without_documents
from dematfin.pes.places import ENDS, ROOT, STARTS, Element, Places
from dematfin.support.splice import Span

SIGNATURE: Final = "http://www.w3.org/2000/09/xmldsig# Signature"
IDS: Final = frozenset({"Id", "ID", "id", "http://www.w3.org/XML/1998/namespace id xml"})
DOCUMENT: Final = "Fichier"
VALUE: Final = frozenset({"V"})
"""The attributes of nearly all elements."""
LONGEST_TAG: Final = 64 * 1024
LONGEST_TOKEN: Final = 1024 * 1024
"""What is not read yet is kept, and looked at again with each block that comes."""
DEEPEST: Final = 100


def survey(flow: Path) -> Places:
    """Read a flow once; raises InvalidPes, TooLarge: not a PES_Aller, signed, or holding what no flow needs."""
    encoding_of(flow)
    reading = _Reading(flow)
    try:
        return reading.places()
    except expat.ExpatError as error:
        reading.refuse(f"le XML est mal formé ou tronqué, ligne {error.lineno}, colonne {error.offset + 1}", error)


class _Reading:
    """Listens to the parser and notes positions."""

    def __init__(self, flow: Path) -> None:
        self._flow = flow
        self._seen = Places()
        self._paths = [""]
        self._documents: list[Span] = []
        self._passed = 0  # documents that the parser has passed over
        self._shift = 0  # what they weigh, but for what stands in their place
        self._fichiers = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.namespace_prefixes = True
        self._parser.StartNamespaceDeclHandler = self._declared
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.ProcessingInstructionHandler = self._instruction

    def places(self) -> Places:
        given = 0
        for block in without_documents(self._flow, self._documents):
            self._parser.Parse(block)
            given += len(block)
            if given - self._parser.CurrentByteIndex > LONGEST_TOKEN:
                self._oversized()
        self._parser.Parse(b"", True)  # noqa: FBT003 - nothing more comes
        if self._fichiers != len(self._documents):
            self._hidden()
        return self._seen

    def refuse(self, reason: str, cause: Exception | None = None) -> NoReturn:
        message = f"Flux {self._flow.name} : {reason}. Exportez-le de nouveau du logiciel financier."
        raise InvalidPes(message) from cause

    def _here(self) -> int:
        """Return where the parser stands in the file, which holds the documents that it is not shown."""
        at = self._parser.CurrentByteIndex
        while self._passed < len(self._documents):
            document = self._documents[self._passed]
            if document.start - self._shift > at:
                break
            weight = document.end - document.start
            self._shift += weight - len(FILLING) if weight else 0
            self._passed += 1
        return at + self._shift

    def _declared(self, prefix: str | None, uri: str | None) -> None:
        if len(self._paths) == 1 and not prefix:
            self._seen.undeclare = bool(uri)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        parts = name.split(" ") if " " in name else (name,)
        local = parts[0] if len(parts) == 1 else parts[1]
        path = f"{self._paths[-1]}/{local}"
        if len(parts) > 1 or len(self._paths) in {1, DEEPEST} or attributes.keys() != VALUE:
            self._check(path, name, attributes)
            self._seen.ids.update(attributes[key].strip() for key in IDS & attributes.keys())
        elif len(path) + len(attributes["V"]) > LONGEST_TAG:
            self._oversized()
        self._paths.append(path)
        self._fichiers += local == DOCUMENT
        if self._seen.prefix is None and path != ROOT:
            self._seen.prefix = _prefix(parts)
            self._seen.undeclare = self._seen.undeclare and len(parts) == 1
        if (note := STARTS.get(path)) is not None:
            note(self._seen, Element(self._here(), _prefix(parts)), attributes)

    def _check(self, path: str, name: str, attributes: dict[str, str]) -> None:
        if len(self._paths) == 1 and path != ROOT:
            self.refuse(f"ce n'est pas un flux PES_Aller (racine « {path[1:]} »)")
        if len(self._paths) == DEEPEST or len(path) + sum(map(len, attributes.values())) > LONGEST_TAG:
            self._oversized()
        if name.startswith(SIGNATURE):
            self.refuse("il est déjà signé, y joindre une pièce romprait sa signature. Il ne se transmet que tel quel")

    def _end(self, _: str) -> None:
        path = self._paths.pop()
        if (note := ENDS.get(path)) is not None:
            note(self._seen, self._here())

    def _doctype(self, *_: object) -> None:
        self.refuse("il contient une déclaration DOCTYPE, interdite par sécurité")

    def _instruction(self, *_: object) -> None:
        if len(self._paths) == 1:
            self.refuse("il contient une instruction XML avant ou après le flux, qu'aucune signature ne couvre")

    def _oversized(self) -> NoReturn:
        self.refuse("une balise est démesurée, ou des balises sont emboîtées sans fin")

    def _hidden(self) -> NoReturn:
        self.refuse("des pièces jointes sont cachées dans un commentaire ou une section CDATA")


def _prefix(parts: Sequence[str]) -> str:
    """Return the prefix of a name, told after its namespace and itself."""
    return parts[2] if len(parts) > 2 else ""  # noqa: PLR2004 - namespace, name, prefix
