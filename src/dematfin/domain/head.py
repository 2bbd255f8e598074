"""The head of what is sealed: whoever wrote it down proves later that nothing before it was rewritten or cut off."""

import re
from dataclasses import dataclass
from typing import Final

from dematfin.errors import ConfigError

SHOWN: Final = 32
"""Signs of a hash that are printed: 128 bits, that nobody can have twice."""
FORM: Final = re.compile(rf"(\d{{1,12}}):([0-9a-f]{{{SHOWN},64}})")
EMPTY: Final = "0:vide"


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The last seal of a collectivité: its number (0 and no hash before the first) and its SHA-256 in hexadecimal."""

    sequence: int
    hash: str

    def __str__(self) -> str:
        """Return the one form that is printed, in reports as in manifests: number, colon, beginning of the hash."""
        return f"{self.sequence}:{self.hash[:SHOWN]}" if self.sequence else EMPTY

    def begins(self, whole: str) -> bool:
        """Say whether a whole hash is this one, of which only the beginning may be known."""
        return whole.startswith(self.hash)


NOTHING: Final = Head(sequence=0, hash="")
"""The head of books in which nothing was ever sealed."""


def parse_head(typed: str) -> Head:
    """Return the head that somebody has copied from a report; raises ConfigError."""
    told = typed.strip().lower()
    if told == EMPTY:
        return NOTHING
    found = FORM.fullmatch(told)
    if found is None:
        message = (
            f"« {typed} » n'est pas une empreinte : recopiez-la comme le rapport la montre, son numéro, deux points, "
            f"{SHOWN} signes (1204:8c1f…)."
        )
        raise ConfigError(message)
    return Head(sequence=int(found[1]), hash=found[2])
