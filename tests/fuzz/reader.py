"""A reader of what comes from outside, as the campaign plays it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fuzz.bending import Bend
from fuzz.law import Read


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One door.

    Attributes:
        name: of its folder in the corpus.
        samples: what it takes when nothing is wrong; they are what is bent.
        modules: files of the product that open what comes through this door.
        costs: how many times more than the others one reading takes; it is played as many times less.
    """

    name: str
    read: Read
    samples: Callable[[], Sequence[bytes]]
    bend: Bend
    modules: tuple[str, ...]
    costs: int = 1


def placed(data: bytes, folder: Path, name: str = "recu") -> Path:
    """Put some bytes in a file of the folder."""
    path = folder / name
    path.write_bytes(data)
    return path


def subfolder(folder: Path) -> Path:
    """Return a folder of the folder, made if need be."""
    place = folder / "sortie"
    place.mkdir(exist_ok=True)
    return place
