"""The witness of a base, as a small file beside it; whoever copies the base alone back leaves it as it was."""

import json
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from dematfin.domain.end import End
from dematfin.ports.witness import Seen


class FileWitness:
    """Implements ports.witness.Witness: what cannot be read or written is nothing, and stops nobody."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def last(self) -> Seen | None:
        """Return what was seen last."""
        try:
            kept = json.loads(self._place.read_bytes())
            return Seen(end=End(**kept["journal"]), at=datetime.fromisoformat(kept["vu_le"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def keep(self, seen: Seen) -> None:
        """Remember what is seen now: a reader finds the old file or the new one."""
        told = json.dumps({"journal": asdict(seen.end), "vu_le": seen.at.isoformat()})
        making = self._place.with_name(f".{self._place.name}.en-cours")
        with suppress(OSError):
            making.write_text(told, encoding="ascii")
            making.replace(self._place)
