"""The heads of the two chains of a collectivité, kept apart from its events and its seals: one cut short is seen.

Both begin with a hash drawn from the installation itself.
"""

import hashlib
import secrets
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, bindparam, insert, select, update

from dematfin.domain.head import NOTHING, Head
from dematfin.store.tables import CHAIN

MINE: Final = CHAIN.c.collectivite == bindparam("mine")
READ: Final = select(CHAIN.c.genesis, CHAIN.c.sequence, CHAIN.c.hash, CHAIN.c.seals, CHAIN.c.seal).where(MINE)
ADVANCE: Final = (
    update(CHAIN).where(MINE).values({name: bindparam(f"new_{name}") for name in ("sequence", "hash", "seals", "seal")})
)


@dataclass(slots=True, kw_only=True)
class Heads:
    """The last event and the last seal: their number, and their hash, which is the genesis before the first."""

    genesis: str
    sequence: int
    hash: str
    seals: int
    seal: str

    @property
    def head(self) -> Head:
        """The head that is printed."""
        return Head(sequence=self.seals, hash=self.seal) if self.seals else NOTHING


def heads(connection: Connection, collectivite: str) -> Heads | None:
    """Return the heads of a collectivité, None before its first transaction."""
    row = connection.execute(READ, {"mine": collectivite}).one_or_none()
    if row is None:
        return None
    genesis, sequence, last, seals, seal = row
    return Heads(genesis=genesis, sequence=sequence, hash=last, seals=seals, seal=seal or genesis)


def to_write(connection: Connection, collectivite: str) -> Heads:
    """Return the heads of a collectivité, drawn now if it has none yet."""
    found = heads(connection, collectivite)
    if found is not None:
        return found
    genesis = hashlib.sha256(f"{collectivite}:{secrets.token_hex(32)}".encode()).hexdigest()
    values = {"collectivite": collectivite, "genesis": genesis, "sequence": 0, "hash": genesis, "seals": 0, "seal": ""}
    connection.execute(insert(CHAIN), [values])
    return Heads(genesis=genesis, sequence=0, hash=genesis, seals=0, seal=genesis)


def keep(connection: Connection, collectivite: str, now: Heads) -> None:
    """Move the heads on."""
    values = {"new_sequence": now.sequence, "new_hash": now.hash, "new_seals": now.seals, "new_seal": now.seal}
    connection.execute(ADVANCE, {"mine": collectivite} | values)
