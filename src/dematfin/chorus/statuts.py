"""The statuses of Chorus Pro that we meet, and the road that an invoice follows through them.

The enumeration is open: an unknown status is kept as it is and never stops an import.
"""

from typing import Final

from dematfin.domain.intention import SupplierStatus

READY: Final = frozenset({"MISE_A_DISPOSITION", "COMPLETEE", "SERVICE_FAIT"})
"""The recipient may act."""

FIRST_SEEN_MANDATED: Final = frozenset({"MANDATEE"})
"""Somebody has already mandated it: read only."""

AT_OUR_DISPOSAL: Final = "MISE_A_DISPOSITION"
"""Its first date starts the legal delay (CCP R. 2192-15)."""

ROAD: Final = ("SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "MISE_EN_PAIEMENT")
"""Each status comes after the ones on its left; some may be skipped."""

CLOSED: Final = frozenset({"REJETEE", "SUSPENDUE", "A_RECYCLER"})
"""Nothing can be set from here by the recipient, but the same status is already reached."""

WORDS: Final = {
    SupplierStatus.SERVICE_FAIT: "service fait",
    SupplierStatus.MANDATEE: "mandatée",
    SupplierStatus.REFUSED: "rejetée",
}
"""How the statuses that we set are said to an agent."""


def reached(current: str, wanted: str) -> bool:
    """Say whether an invoice is at a status, or further on the same road."""
    if current == wanted:
        return True
    return current in ROAD and wanted in ROAD and ROAD.index(current) > ROAD.index(wanted)
