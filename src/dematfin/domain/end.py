"""The end of a journal: its last event, as it is kept beside the base and in backups."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """The end of a journal: `genesis` names the chain, which a copy of the base shares."""

    genesis: str
    sequence: int
    hash: str


NOWHERE: Final = End(genesis="", sequence=0, hash="")
"""The end of a journal that has no event."""
