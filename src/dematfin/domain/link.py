"""A link to a neighbour, as the last run found it: what a report may say of it without opening any secret.

An answer that waits there and cannot be read is one too: nothing of it comes through.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

TDT: Final = "tdt"
UNREAD: Final = "retour"
SIGNATURE: Final = "signature"
"""The certificate that signed last, wherever it did: nobody may open it to look."""
LONGEST: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One link.

    Attributes:
        id: which neighbour, or `unread_id`.
        name: what people call it.
        certificate_expires_on: last day of our client certificate there, or of that which signed; None: no such one.
        tried_at: when it was last found so; again once a day as long as nothing changes.
        trouble: why that failed, in French; empty when it went well.
        troubled_since: first of the failures that follow one another until now.
    """

    id: str
    name: str
    certificate_expires_on: date | None = None
    tried_at: datetime
    trouble: str = ""
    troubled_since: datetime | None = None


def unread_id(remote_id: str) -> str:
    """Name an answer that cannot be read, by the number that the TdT gives it.

    >>> unread_id("12")
    'retour:12'
    """
    return f"{UNREAD}:{remote_id}"[:LONGEST]
