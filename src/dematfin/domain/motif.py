"""The reason that a person gives for what is done: one line, never empty, never longer than what keeps it."""

from collections.abc import Sequence
from typing import Final

from dematfin.domain.intention import LONGEST_MOTIF
from dematfin.errors import RuleError

LONGEST: Final = 512
"""Characters of a reason kept in the journal."""


def for_supplier(invoice_id: str, text: str, pieces: Sequence[str] = ()) -> str:
    """Return the words that Chorus Pro will show to the supplier, documents to supply included, or raise RuleError."""
    subject, why = f"Facture {invoice_id}", "le fournisseur le lira dans Chorus Pro"
    words = _line(subject, text, LONGEST_MOTIF, why)
    if asked := ", ".join(listed(pieces)):
        return _line(subject, f"{words.rstrip('.')}. À fournir : {asked}", LONGEST_MOTIF, why)
    return words


def listed(pieces: Sequence[str]) -> tuple[str, ...]:
    """Return the documents of a list, without its empty lines."""
    return tuple(line for piece in pieces if (line := " ".join(piece.split())))


def for_journal(subject: str, text: str) -> str:
    """Return the words kept with the name of whoever decides, or raise RuleError."""
    return _line(subject, text, LONGEST, "il est gardé au journal avec votre nom")


def _line(subject: str, text: str, longest: int, why: str) -> str:
    line = " ".join(text.split())
    if not any(map(str.isalnum, line)):
        message = f"{subject} : donnez un motif, {why}."
        raise RuleError(message)
    if len(line) > longest:
        message = f"{subject} : le motif fait {len(line)} caractères, {longest} au plus. Raccourcissez-le."
        raise RuleError(message)
    return line
