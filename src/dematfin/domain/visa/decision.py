"""What somebody said of a folder: yes, no, not me; and why."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Motive(StrEnum):
    """Why a visa is refused; the first two send the invoice back to the agent, not to the supplier."""

    NOT_MY_SERVICE = "PAS_MON_SERVICE"
    WRONG_ENGAGEMENT = "ENGAGEMENT_FAUX"
    SERVICE_NOT_DONE = "SERVICE_NON_FAIT"
    WRONG_PRICE = "PRIX_NON_CONFORME"
    DUPLICATE = "DOUBLON"
    ALREADY_PAID = "DEJA_PAYEE"
    OTHER = "AUTRE"


BACK_TO_AGENT: Final = frozenset({Motive.NOT_MY_SERVICE, Motive.WRONG_ENGAGEMENT})

VISA_FINDING: Final = "VISA-"
"""Prefix of the findings that a head of service leaves on an invoice sent back to the agent."""


class DecisionKind(StrEnum):
    """What was decided."""

    VISA = "VISA"
    REFUSAL = "REFUSAL"
    TRANSFER = "TRANSFER"
    BYPASS = "BYPASS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One decision of one person.

    Attributes:
        desk: the desk for which it was taken.
        by: who really decided; `on_behalf_of` the absent owner, if any.
        executed_on: day of the service fait, as far as this decision tells it.
        admitted: TTC admitted, when the service is done in part (CCP R. 2192-34); None: all of it.
        seen: fingerprint of the documents that the folder held.
        key: what makes a click sent twice one decision.
    """

    kind: DecisionKind
    desk: str
    by: str
    at: datetime
    on_behalf_of: str = ""
    executed_on: date | None = None
    admitted: Decimal | None = None
    motive: Motive | None = None
    comment: str = ""
    seen: str = ""
    key: str = ""
