"""Canonical forms and their digests, streamed: a flow may weigh a hundred megabytes."""

import base64
import hashlib
from pathlib import Path
from typing import Any, Final

from lxml import etree

from dematfin.signature.vocabulary import SIGNATURE
from dematfin.support.xml import parse_file

ALGORITHM: Final = "sha256"


class Hash:
    """A sink that hashes what is written to it."""

    def __init__(self) -> None:
        self.digest = hashlib.new(ALGORITHM)

    def write(self, data: bytes) -> None:
        """Take some bytes in."""
        self.digest.update(data)

    @property
    def base64(self) -> str:
        """The digest as signatures write it."""
        return base64.b64encode(self.digest.digest()).decode("ascii")


def digest_of(element: Any) -> str:
    """Return the digest of the exclusive canonical form of an element, comments left out."""
    sink = Hash()
    etree.ElementTree(element).write_c14n(sink, exclusive=True, with_comments=False)
    return sink.base64


def canonical(element: Any) -> bytes:
    """Return the exclusive canonical form of a small element."""
    form: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    return form


def content_digest(flow: Path) -> str:
    """Return the digest of a whole flow without its signatures: our seal on what the signature does not cover."""
    tree = parse_file(flow, f"Flux {flow.name}")
    for signature in tree.getroot().findall(f".//{SIGNATURE}"):
        signature.getparent().remove(signature)  # written without tail, so nothing else goes with it
    return digest_of(tree.getroot())
