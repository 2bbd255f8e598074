"""The witness of a base, as a small file beside it; whoever copies the base alone back leaves it as it was."""

import json
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

from dematfin.domain.end import End
from dematfin.ports.witness import Seen

DAYS: Final = 400
"""Days of which the end of the journal is kept, for each chain."""


class FileWitness:
    """Implements ports.witness.Witness: what cannot be read or written is nothing, and stops nobody.

    Each chain has its own trail: another base that runs in this place for a while makes nothing forgotten.
    """

    def __init__(self, place: Path) -> None:
        self._place = place

    def trail(self, genesis: str) -> tuple[Seen, ...]:
        """Return what was seen of a chain, the last sight of each day, in order."""
        return self._trails().get(genesis, ())

    def keep(self, seen: Seen) -> None:
        """Remember what is seen now: a reader finds the old file or the new one."""
        trails = self._trails()
        others = [one for one in trails.get(seen.end.genesis, ()) if one.at.date() != seen.at.date()]
        trails[seen.end.genesis] = (*others, seen)[-DAYS:]
        told = json.dumps({genesis: [_told(one) for one in trail] for genesis, trail in trails.items()})
        making = self._place.with_name(f".{self._place.name}.en-cours")
        with suppress(OSError):
            making.write_text(told, encoding="ascii")
            making.replace(self._place)

    def _trails(self) -> dict[str, tuple[Seen, ...]]:
        try:
            kept = json.loads(self._place.read_bytes())
            return {genesis: tuple(_seen(genesis, one) for one in trail) for genesis, trail in kept.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}


def _told(seen: Seen) -> dict[str, object]:
    return {"evenement": seen.end.sequence, "empreinte": seen.end.hash, "vu_le": seen.at.isoformat()}


def _seen(genesis: str, told: dict[str, str]) -> Seen:
    end = End(genesis=genesis, sequence=int(told["evenement"]), hash=told["empreinte"])
    at = datetime.fromisoformat(told["vu_le"])
    if at.tzinfo is None:
        raise ValueError(at)
    return Seen(end=end, at=at)
