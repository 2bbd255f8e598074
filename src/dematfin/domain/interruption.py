"""What the letter must say that interrupts the legal delay (CCP, art. R. 2192-27 to R. 2192-29)."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

NEW_DELAY: Final = 30
"""Days that open once all is received, whatever the first delay was (CCP, art. R. 2192-29)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interruption:
    """One notification to one supplier.

    Attributes:
        sender, siret: the budget that was asked to pay.
        remote_id: its number in Chorus Pro; empty for an invoice on paper, whose letter goes by post.
        motif: why, imputable to the creditor; `pieces`: documents to supply.
    """

    sender: str
    siret: str
    supplier: str
    supplier_identifier: str
    number: str
    issued_on: date
    ttc: Decimal
    remote_id: str
    notified_on: date
    written_on: date
    motif: str
    pieces: tuple[str, ...]
