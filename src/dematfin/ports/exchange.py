"""The folders shared with the finance software: where its flows come from, where it is handed what it waits for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from dematfin.domain.exchange.hand_over import HandOverKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that the finance software put down: `name` is data, never a path."""

    name: str
    path: Path


class Exchange(Protocol):
    """The folders; any of them may not be there, and then nothing of its kind comes or goes."""

    def exports(self) -> Iterator[Export]:
        """Claim each flow that is complete, and yield it; what a run that died had claimed comes first.

        Raises:
            Unreachable: the folder is not there.
        """
        ...

    def taken(self, export: Export) -> None:
        """Let a claimed file go: its bytes are kept elsewhere."""
        ...

    def refuse(self, export: Export, why: str) -> None:
        """Put a claimed file in the folder of refusals, with a text beside it that says why."""
        ...

    def ignored(self) -> tuple[str, ...]:
        """Return sentences on what lies among the exports and will not be taken as it is."""
        ...

    def receives(self, kind: HandOverKind) -> bool:
        """Say whether the finance software waits for things of a kind."""
        ...

    def prepare(self, kind: HandOverKind) -> None:
        """Make our place in a folder that serves for the first time; afterwards one that lacks it is not the right one.

        Raises:
            Unreachable, ConfigError.
        """
        ...

    def stage(self, kind: HandOverKind, name: str, source: Path) -> None:
        """Write a file beside its place, whole or not at all: nobody there sees it yet.

        Raises:
            Unreachable; ConfigError: it is not the folder that served; Refused: somebody else's file has this name.
        """
        ...

    def put(self, kind: HandOverKind, delivery: str, names: Sequence[str], receipt: bytes) -> None:
        """Keep the receipt of a delivery, then give its staged files their places, in this order, each by one rename.

        Whoever reads the folder may take them away at once: a staged file that is there no more was given. Said twice,
        it changes nothing.

        Raises:
            as `stage`.
        """
        ...

    def begun(self, kind: HandOverKind, delivery: str, receipt: bytes) -> bool:
        """Say whether the receipt of a delivery is there; without it, staged files that are there no more were lost."""
        ...

    def receipts(self, kind: HandOverKind, beyond: str) -> tuple[bytes, ...]:
        """Return the receipts of the deliveries that come after one, oldest first; none from a folder never used."""
        ...
