"""What a retour may say besides what it should: of mandats that nobody issued, of pieces that are to be issued."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from dematfin.sandbox.faults import Faults
from dematfin.sandbox.helios.retour import SETTLED, TAKEN, Word

SOMEBODY_ELSE: Final = "99999999900017"
THOUSANDS: Final = 3000
UNKNOWN: Final = {"bordereau": "9000001", "numero": "9000001"}
TO_REGULARISE: Final = {"bordereau": "1", "type": "04", "typpce": "12", "numero": "800001"}


def said_too(faults: Faults, like: Word) -> Iterator[Word]:
    """Yield what else is said, in the likeness of a mandat that is."""
    if faults.take("unknown_mandats"):
        yield _other(like, SETTLED, UNKNOWN)
    if faults.take("regularisation"):
        yield _other(like, TAKEN, TO_REGULARISE)
    if faults.take("huge_retour"):
        for number in range(THOUSANDS):
            yield _other(like, SETTLED, {"bordereau": "9000002", "numero": str(9_100_000 + number)})


def _other(like: Word, step: str, changes: dict[str, Any]) -> Word:
    return replace(like, step=step, row={**like.row, **changes})
