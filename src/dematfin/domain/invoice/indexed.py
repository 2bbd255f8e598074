"""What is known of the texts of one invoice: read and indexed, or still to be."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """The texts of one invoice in the index.

    Attributes:
        id: of the invoice.
        waiting: something happened to it since: what it holds has to be looked at.
        seal: fingerprint of what was indexed; empty until then.
        unread: why some of its documents are not found by their text, in French, with their names.
    """

    id: str
    waiting: bool
    seal: str = ""
    unread: tuple[str, ...] = ()


def seal_of(labels: Iterable[str], documents: Iterable[str]) -> str:
    """Return the fingerprint of what is indexed of an invoice: labels, then documents by their own fingerprints."""
    return hashlib.sha256("\n".join((*documents, *labels)).encode("utf-8", "replace")).hexdigest()
