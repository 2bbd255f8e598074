"""Marks: what is remembered of each flow put in a drop folder, for as long as the folder serves."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dematfin.errors import BadAnswer
from dematfin.support.boot import boot
from dematfin.support.files import sync_folder, write_atomically
from dematfin.support.json_object import noted
from dematfin.support.shares import digest, is_there


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What is remembered of one deposit.

    Attributes:
        boot: since which start of the machine; after a power cut, a rename that others saw may be undone.
    """

    nomfic: str
    sha256: str
    size: int
    put_at: datetime
    boot: str


class Marks:
    """One file for each deposit, durable before its flow is put down."""

    def __init__(self, place: Path, now: Callable[[], datetime]) -> None:
        self._place = place
        self._now = now

    def has(self, nomfic: str) -> bool:
        """Say whether there is a mark under a name."""
        return is_there(self._path(nomfic))

    def write(self, nomfic: str, flow: Path) -> None:
        """Remember a flow."""
        mark = {
            "nomfic": nomfic,
            "sha256": digest(flow),
            "octets": flow.stat().st_size,
            "depose_le": self._now().isoformat(),
            "demarrage": boot(),
        }
        write_atomically(self._path(nomfic), json.dumps(mark, indent=1).encode())

    def read(self, nomfic: str) -> Mark | None:
        """Return a mark, or None; raises BadAnswer when it was spoilt."""
        try:
            kept = noted(self._path(nomfic))
            return Mark(
                nomfic=nomfic,
                sha256=str(kept["sha256"]),
                size=int(kept["octets"]),
                put_at=_instant(kept["depose_le"]),
                boot=str(kept["demarrage"]),
            )
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            message = (
                f"{self._path(nomfic)} ne se lit plus : ce fichier prouve que le flux {nomfic} a été déposé. "
                "Ne le supprimez pas, remettez celui d'une sauvegarde."
            )
            raise BadAnswer(message) from error

    def forget(self, nomfic: str) -> None:
        """Remove the mark of a flow that was not put down, for good."""
        self._path(nomfic).unlink(missing_ok=True)
        sync_folder(self._place)

    def names(self) -> frozenset[str]:
        """Return the NomFic of each mark."""
        return frozenset(one.stem for one in self._place.glob("*.json") if one.name[0] != ".")

    def _path(self, nomfic: str) -> Path:
        return self._place / f"{nomfic}.json"


def _instant(text: str) -> datetime:
    """Return an instant; raises ValueError, also without a zone: nobody could compare it."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant
