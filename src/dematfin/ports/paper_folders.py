"""Where paper arrives: folders that a copier, a mailbox or a person fills."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dematfin.domain.paper.batch import Door


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """A file that lay beside an invoice, in its folder; `name` is data, never a path."""

    name: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One file to take in.

    Attributes:
        claim: the name under which it is ours alone; empty for a file that stays where it is.
        name, place: the file's name and that of its sub-folder: data, never a path.
        stable: nobody writes it any more.
        whole: it has its end; else it was cut short.
    """

    claim: str
    door: Door
    name: str
    place: str
    path: Path
    companions: tuple[Companion, ...] = ()
    stable: bool = True
    whole: bool = True


class PaperFolders(Protocol):
    """The watched folders; may be several."""

    def arrivals(self) -> Iterator[Parcel]:
        """Claim each file that is complete, and yield it; what a run that died had claimed comes first.

        Raises:
            Unreachable: a folder is not there.
        """
        ...

    def named(self, folder: Path, door: Door) -> tuple[Parcel, ...]:
        """Return the files of a folder that a person names; they stay where they are.

        Raises:
            DocumentError: the folder cannot be read.
        """
        ...

    def done(self, parcel: Parcel) -> None:
        """Let a claimed file go: its bytes are kept elsewhere."""
        ...

    def ignored(self) -> tuple[str, ...]:
        """Return sentences on files that nobody will take, and why."""
        ...
