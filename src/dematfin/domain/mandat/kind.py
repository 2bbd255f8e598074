"""What kind of order a mandat is, and how it is paid: the code lists of Hélios (Simple_Type.xsd, v5.17)."""

from enum import StrEnum
from typing import Final


class BordereauKind(StrEnum):
    """TypBord: each kind has its own bordereaux, numbered apart."""

    ORDINARY = "01"
    REDUCTION = "02"  # annulations and réductions of mandats of the same exercice
    PAYMENT_ORDERS = "03"  # ordres de paiement, which only a finance software makes

    @property
    def mandats(self) -> tuple["MandatKind", ...]:
        """The kinds of mandats that such a bordereau lists."""
        return tuple(one for one in MandatKind if one.bordereau is self)


class MandatKind(StrEnum):
    """What a mandat does."""

    ORDINARY = "ORDINARY"
    MARCHE = "MARCHE"  # pays what a public contract orders
    AFTER_PAYMENT = "AFTER_PAYMENT"  # the money has left already: direct debit, card, régie
    OTHER = "OTHER"  # payroll, loans, order entries…: only a finance software makes them, `Mandat.codes` tells which
    PAYMENT_ORDER = "PAYMENT_ORDER"  # ordre de paiement, of a finance software
    REDUCTION = "REDUCTION"  # takes back, in full or in part, what an earlier mandat of the year ordered

    @property
    def bordereau(self) -> BordereauKind:
        """The kind of bordereau that lists such mandats."""
        return LISTED_APART.get(self, BordereauKind.ORDINARY)


LISTED_APART: Final = {
    MandatKind.REDUCTION: BordereauKind.REDUCTION,
    MandatKind.PAYMENT_ORDER: BordereauKind.PAYMENT_ORDERS,
}


class PaymentMode(StrEnum):
    """ModRegl."""

    CASH = "01"
    CHEQUE = "02"
    TRANSFER = "03"
    OUTSIDE = "04"
    LARGE_TRANSFER = "05"
    ABROAD = "06"
    RELATED_BUDGET = "07"
    ORDER = "08"
    NOTICE = "09"
    DIRECT_DEBIT = "10"
    INTERNAL = "11"


TO_AN_ACCOUNT: Final = frozenset({PaymentMode.TRANSFER, PaymentMode.LARGE_TRANSFER, PaymentMode.ABROAD})
"""Modes that pay into an account: with most others Hélios rejects one, and a direct debit needs none."""
ORDINARY: Final = "01"
AFTER_PAYMENT: Final = "05"
PIECE_TYPES: Final = {
    MandatKind.ORDINARY: ORDINARY,
    MandatKind.MARCHE: "09",
    MandatKind.AFTER_PAYMENT: AFTER_PAYMENT,
    MandatKind.REDUCTION: "02",
}
"""TypPce of each kind that is made here."""
OPERATING: Final = "01"
INVESTMENT: Final = "02"
IMPREST: Final = "05"  # régie
CANCELLING: Final = "06"


def triplet(kind: MandatKind, *, investment: bool) -> tuple[str, str, str]:
    """Return (TypBord, TypPce, NatPce); Hélios rejects a bordereau for one that it does not list.

    >>> triplet(MandatKind.MARCHE, investment=True), triplet(MandatKind.REDUCTION, investment=False)
    (('01', '09', '02'), ('02', '02', '06'))
    """
    nature = INVESTMENT if investment else OPERATING
    return (kind.bordereau.value, PIECE_TYPES[kind], CANCELLING if kind is MandatKind.REDUCTION else nature)
