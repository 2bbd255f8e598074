"""What a signature covers, in bytes: the exclusive canonical form without comments, and its digest."""

import base64
import hashlib
from typing import Any

from lxml import etree

from dematfin.errors import SignatureError


def canonical(element: Any, *, with_comments: bool = False) -> bytes:
    """Return the canonical form of an element; raises SignatureError when it has none.

    A namespace that is a relative address gives none (Canonical XML 1.0, section 1.3).
    """
    try:
        form: bytes = etree.tostring(
            element, method="c14n", exclusive=True, with_comments=with_comments, with_tail=False
        )
    except etree.C14NError as error:
        message = (
            "Le flux ne peut être ni signé ni vérifié : il n'a pas de forme canonique (un espace de noms y est une "
            "adresse relative). Demandez-le de nouveau au logiciel qui l'a écrit."
        )
        raise SignatureError(message) from error
    return form


def digest(data: bytes) -> str:
    """Return a SHA-256 as signatures write it."""
    return base64.b64encode(hashlib.sha256(data).digest()).decode("ascii")
