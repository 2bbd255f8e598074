"""What a signature covers, in bytes: the exclusive canonical form without comments, and its digest."""

import base64
import hashlib
from typing import Any

from lxml import etree


def canonical(element: Any, *, with_comments: bool = False) -> bytes:
    """Return the canonical form of an element."""
    form: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=with_comments, with_tail=False)
    return form


def digest(data: bytes) -> str:
    """Return a SHA-256 as signatures write it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
