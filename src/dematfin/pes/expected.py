"""What a collectivité writes in its flows: its own SIRETs, the kinds of mandats that its comptable takes."""

from dataclasses import dataclass
from typing import Final

Triplet = tuple[str, str, str]
"""TypBord, TypPce, NatPce."""

TRIPLETS: Final[frozenset[Triplet]] = frozenset(
    {
        ("01", "01", "01"),
        ("01", "01", "02"),
        ("01", "09", "01"),
        ("01", "09", "02"),
        ("02", "02", "06"),
        *(("01", "05", f"0{nature}") for nature in range(1, 6)),
    }
)
"""Hélios rejects a bordereau for a combination that it does not list, and its list is not published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What the rules compare a flow with.

    Attributes:
        sirets: of the budgets; empty: any.
        triplets: combinations allowed.
    """

    sirets: frozenset[str] = frozenset()
    triplets: frozenset[Triplet] = TRIPLETS


ANY: Final = Expected()
"""What is not known to be of one collectivité."""
