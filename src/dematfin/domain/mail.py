"""A mail: what it says and to whom, in a form that any mail server can be given."""

from dataclasses import dataclass
from typing import Final

LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that goes with a mail; its name is ours."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A title, and lines with the address that each leads to, if any."""

    title: str
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One mail to one person.

    Attributes:
        id: letters and figures; the same mail has the same one, and its Message-ID is made of it.
        name, address: of its reader, as somebody typed them.
        text, html: the same words twice.
    """

    id: str
    name: str
    address: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


def one_line(text: str, longest: int = LONGEST_NAME) -> str:
    """Return a text that a stranger chose on one line, without signs that nobody sees, no longer than it may be.

    >>> one_line("PAPETERIE\\r\\nBcc: tous\\u202e")
    'PAPETERIE Bcc: tous'
    """
    return "".join(sign for sign in " ".join(text.split()) if sign.isprintable())[:longest]
