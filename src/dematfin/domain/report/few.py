"""The warning that goes with a rate on few items."""

from collections.abc import Iterable
from typing import Final

from dematfin.domain.report.table import FEW

NAMED: Final = 10


def few(counts: Iterable[tuple[str, int]], things: str) -> tuple[str, ...]:
    """Warn of what is counted on too few things; nothing at all needs no warning.

    >>> few([("Voirie", 3), ("Écoles", 20), ("Sports", 0)], "mandats")
    ('Moins de 20 mandats : Voirie (3). À lire avec prudence : un seul de plus y change beaucoup.',)
    """
    names = [f"{name} ({number})" for name, number in counts if 0 < number < FEW]
    if not names:
        return ()
    others = len(names) - NAMED
    tail = f" et {others} autre{'s' * (others > 1)}" if others > 0 else ""
    listed = ", ".join(names[:NAMED]) + tail
    return (f"Moins de {FEW} {things} : {listed}. À lire avec prudence : un seul de plus y change beaucoup.",)
