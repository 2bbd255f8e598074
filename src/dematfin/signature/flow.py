"""A flow as signatures see it: a light tree, and the canonical form of any part of it, documents included.

The text of each document is replaced in the tree by a mark that nobody can guess, and read from the file when the
canonical form is hashed: it is base64, that is the same bytes in both.
"""

import base64
import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from dematfin.errors import SignatureError
from dematfin.signature.canonical import canonical
from dematfin.signature.layout import BASE64, Layout, survey
from dematfin.support.splice import part, replaced
from dematfin.support.xml import parse_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A flow that has been read once."""

    path: Path
    layout: Layout
    root: Any
    mark: bytes

    @classmethod
    def read(cls, path: Path, *, ours: bool = True) -> Self:
        """Read a flow, whatever its documents weigh; raises DocumentError."""
        layout = survey(path, ours=ours)
        mark = secrets.token_hex().encode()
        light = b"".join(replaced(path, ((span, mark) for span in layout.documents)))
        return cls(path=path, layout=layout, root=parse_bytes(light, f"Flux {path.name}"), mark=mark)

    def digest(self, element: Any, *, with_comments: bool = False) -> str:
        """Return the SHA-256 of the canonical form of a part of the tree, as signatures write it; raises
        SignatureError."""
        hashed = hashlib.sha256()
        for piece in self._canonical(element, with_comments=with_comments):
            hashed.update(piece)
        return base64.b64encode(hashed.digest()).decode("ascii")

    def _canonical(self, element: Any, *, with_comments: bool) -> Iterator[bytes]:
        first, *others = canonical(element, with_comments=with_comments).split(self.mark)
        yield first
        for span, piece in zip(self.layout.documents if others else (), others, strict=True):
            for chunk in part(self.path, span):
                yield _text(chunk)
            yield piece


def _text(chunk: bytes) -> bytes:
    """Return what a canonical form makes of the text of a document."""
    if chunk.translate(None, BASE64):
        message = "Le flux ne peut être ni signé ni vérifié : une pièce jointe n'est pas un texte en base64."
        raise SignatureError(message)
    return chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in chunk else chunk
