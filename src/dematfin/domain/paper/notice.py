"""What is written by post to the supplier of a paper invoice: nobody can tell it through Chorus Pro."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class NoticeKind(StrEnum):
    """Why we write."""

    REMINDER = "RAPPEL"  # the invoice goes on; the next ones must come through Chorus Pro
    RETURN = "RETOUR"  # wrongly addressed: to be sent anew
    REFUSAL = "REJET"  # wrong: another one must be made


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One letter about one invoice.

    Attributes:
        sender, siret: the budget that was asked to pay, and what an invoice to it must bear.
        service, engagement: what the next invoice must bear too, when they are known.
        received_on: day when the paper arrived.
        motif: why it is sent back or refused; empty for a reminder.
    """

    kind: NoticeKind
    sender: str
    siret: str
    supplier: str
    supplier_identifier: str
    number: str
    issued_on: date
    ttc: Decimal
    received_on: date
    written_on: date
    service: str = ""
    engagement: str = ""
    motif: str = ""
