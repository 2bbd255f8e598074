"""The reason that a person gives for what is done: one line, never empty, never longer than what keeps it."""

from typing import Final

from dematfin.domain.intention import LONGEST_MOTIF
from dematfin.errors import RuleError

LONGEST: Final = 512
"""Characters of a reason kept in the journal."""


def for_supplier(invoice_id: str, text: str) -> str:
    """Return the words that Chorus Pro will show to the supplier, or raise RuleError."""
    return _line(f"Facture {invoice_id}", text, LONGEST_MOTIF, "le fournisseur le lira dans Chorus Pro")


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
