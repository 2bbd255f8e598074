"""How a collectivité and its comptable have agreed that flows are written."""

from dataclasses import dataclass

from dematfin.domain.invoice.long_number import LongNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Their agreement.

    Attributes:
        numbers: what is kept of an invoice number that is too long.
        paperless: InfoDematerialisee, told of flows whose bordereaux are signed in them; else they are signed on paper.
        service, dispatch: CodServ and Affect of all mandats; empty: they are not told.
    """

    numbers: LongNumbers = LongNumbers.END
    paperless: bool = True
    service: str = ""
    dispatch: str = ""
