"""What is put into an editor's flow, as its bytes: in its encoding, with the prefix of what stands around."""

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.editor.completion import Completion
from dematfin.domain.mandat.pieces import Piece
from dematfin.pes.latin import Writing
from dematfin.pes.names import names_within
from dematfin.pes.pieces_jointes import EXPENSE, encoded, media_type
from dematfin.pes.text import fit

ELECTRONIC: Final = "01"
ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


class Additions:
    """Writes references and documents of one completion."""

    def __init__(
        self, completion: Completion, writing: Writing, open_document: Callable[[DocumentRef], BinaryIO]
    ) -> None:
        self._carried = completion.carried
        self._writing = writing
        self._open = open_document
        everything = (*completion.carried, *(one for pieces in completion.references.values() for one in pieces))
        groups = (tuple(one.id for one in pieces) for pieces in completion.references.values())
        self._names = names_within(everything, groups)

    def escaped(self, value: str) -> bytes:
        """Return a value of an attribute."""
        return self._writing.encoded(value.translate(ENTITIES))

    def identifier(self, name: str) -> bytes:
        """Return the Id of a bordereau, to put behind its name."""
        return b' Id="' + self.escaped(name) + b'"'

    def value(self, prefix: str, name: str, value: str) -> bytes:
        """Return a simple value."""
        return self._tag(prefix, name, b' V="' + self.escaped(value) + b'"/')

    def references(self, prefix: str, pieces: tuple[Piece, ...]) -> Iterator[bytes]:
        """Yield the PJRef of some documents."""
        for one in pieces:
            yield self._tag(prefix, "PJRef")
            told = {"Support": ELECTRONIC, "IdUnique": one.id, "NomPJ": self._names[one.id], "TypePJ": EXPENSE}
            yield from (self.value(prefix, name, value) for name, value in told.items())
            yield self._tag(prefix, "/PJRef")

    def holder(self, prefix: str, *, undeclare: bool) -> Iterator[bytes]:
        """Yield a PES_PJ with its documents."""
        yield self._tag(prefix, "PES_PJ", b' xmlns=""' if undeclare else b"")
        yield self.holder_header(prefix)
        yield from self.documents(prefix)
        yield self._tag(prefix, "/PES_PJ")

    def holder_header(self, prefix: str) -> bytes:
        """Return what PES_PJ begins with."""
        return self._tag(prefix, "EnTetePES_PJ") + self.value(prefix, "IdVer", "1") + self._tag(prefix, "/EnTetePES_PJ")

    def documents(self, prefix: str) -> Iterator[bytes]:
        """Yield the PJ of each document that travels, read as it is written."""
        for one in self._carried:
            kind = b' MIMEType="' + self.escaped(media_type(one)) + b'"'
            yield b"".join((self._tag(prefix, "PJ"), self._tag(prefix, "Contenu"), self._tag(prefix, "Fichier", kind)))
            with self._open(one.document) as source:
                yield from encoded(source, one)
            name = self._names[one.id]
            told = {
                "IdUnique": one.id,
                "NomPJ": name,
                "TypePJ": EXPENSE,
                "Description": fit(one.description, 250) or name,
            }
            yield self._tag(prefix, "/Fichier") + self._tag(prefix, "/Contenu")
            yield from (self.value(prefix, tag, value) for tag, value in told.items())
            yield self._tag(prefix, "/PJ")

    def _tag(self, prefix: str, name: str, end: bytes = b"") -> bytes:
        """Return a tag; a name that begins with a stroke closes it."""
        stroke, bare = ("/", name[1:]) if name.startswith("/") else ("", name)
        return b"<" + self._writing.encoded(f"{stroke}{prefix}:{bare}" if prefix else name) + end + b">"
