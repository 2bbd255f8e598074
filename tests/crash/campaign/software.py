"""What the finance software and the folders that are shared with it hold, once everybody has stopped."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from crash.campaign.town import Town, journal, story
from dematfin.demo.finances import setup_of
from dematfin.demo.folder import EXCHANGE
from dematfin.sandbox.editor import inbox
from dematfin.sandbox.editor.memory import Memory
from dematfin.sandbox.editor.pieces import Piece
from dematfin.sandbox.editor.setup import Setup

CLAIMED: Final = ".dematfin"
REFUSED: Final = "refusés"
REASON: Final = ".txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """Its own records.

    Attributes:
        exported, taken_back: fingerprints of the files that it put down, and of those that it took back.
        left, claimed, refused: fingerprints of what lies in the folder of exports, by place.
        unexplained: refused files that no text goes with.
        handed: the rows that it was handed, all deliveries together.
        answers: how many files of each fingerprint it was given back.
    """

    setup: Setup
    pieces: Sequence[Piece]
    notes: list[dict[str, Any]]
    left: frozenset[str]
    claimed: frozenset[str]
    refused: frozenset[str]
    unexplained: tuple[str, ...]
    handed: Sequence[inbox.Handed]
    answers: Counter[str]

    @classmethod
    def read(cls, town: Town) -> Self:
        """Read them."""
        setup = setup_of(story(), town.root / EXCHANGE)
        exports, returns = setup.dossiers.exports, setup.dossiers.retours
        refused = [one for one in (exports / REFUSED).glob("*") if one.suffix != REASON]
        with closing(Memory(town.software / "finances.db")) as memory:
            pieces = memory.pieces()
        return cls(
            setup=setup,
            pieces=pieces,
            notes=journal(town.software),
            left=frozenset(map(sha256, exports.glob("*.XML"))),
            claimed=frozenset(map(sha256, (exports / CLAIMED).rglob("*.XML"))),
            refused=frozenset(map(sha256, refused)),
            unexplained=tuple(one.name for one in refused if not one.with_name(f"{one.name}{REASON}").exists()),
            handed=[row for path in inbox.files(setup.dossiers.factures) for row in inbox.read(setup, path)],
            answers=Counter(sha256(one) for one in returns.glob("[!.]*") if one.is_file()),
        )

    def noted(self, what: str) -> dict[str, str]:
        """Return the names of files that whoever mandates did something with, by their fingerprint."""
        return {line["sha256"]: line["nom"] for line in self.notes if line["what"] == what}

    def piece(self, number: int) -> Piece | None:
        """Return a piece by its number."""
        return next((one for one in self.pieces if one.numero == number), None)


def sha256(path: Path) -> str:
    """Return the fingerprint of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
