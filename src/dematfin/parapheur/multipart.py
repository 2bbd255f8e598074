"""MTOM: an answer in several parts, the envelope first, then the files that it refers to."""

from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Final

from dematfin.errors import BadAnswer

MULTIPART: Final = "multipart/related"
MOST_PARTS: Final = 500


def unwrapped(content_type: str, body: bytes) -> tuple[bytes, dict[str, bytes]]:
    """Return the envelope of an answer and its files by Content-ID; an answer in one part has none.

    Raises:
        BadAnswer: it says that it has parts, and has none, or too many.
    """
    if not content_type.lower().lstrip().startswith(MULTIPART):
        return body, {}
    head = b"Content-Type: " + " ".join(content_type.split()).encode("latin-1", "replace") + b"\r\n\r\n"
    # parsebytes keeps every byte of a binary part; parse, from a file, would change its ends of lines
    parts = BytesParser(policy=policy.compat32).parsebytes(head + body).get_payload()
    if not isinstance(parts, list) or not 0 < len(parts) <= MOST_PARTS:
        message = "i-Parapheur : la réponse annonce plusieurs parties et se lit mal. Relancez plus tard."
        raise BadAnswer(message)
    first, *files = [part for part in parts if isinstance(part, Message)]
    return _bytes(first), {_cid(one): _bytes(one) for one in files}


def _cid(part: Message) -> str:
    """Return the name that an envelope refers to."""
    return str(part.get("Content-ID", "")).strip().strip("<>")


def _bytes(part: Message) -> bytes:
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""
