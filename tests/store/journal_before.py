"""The journal as versions before the seals wrote it: what an older base, or an older process, has in it."""

import hashlib
import secrets
from typing import Any

from sqlalchemy import Connection, insert, text

from dematfin.domain.event import Event
from dematfin.store.codec import dumps
from dematfin.store.journal import seal
from dematfin.store.tables import EVENT

HEAD = text("SELECT sequence, hash FROM chain WHERE collectivite = :mine")
NAMES = ("subject_id", "before", "after", "at", "by", "motif")
BEGIN = text("INSERT INTO chain (collectivite, genesis, sequence, hash) VALUES (:mine, :genesis, 0, :genesis)")
ADVANCE = text("UPDATE chain SET sequence = :sequence, hash = :hash WHERE collectivite = :mine")


def append(connection: Connection, collectivite: str, event: Event) -> None:
    """Chain an event, and nothing else."""
    head = connection.execute(HEAD, {"mine": collectivite}).one_or_none()
    genesis = hashlib.sha256(secrets.token_bytes(32)).hexdigest()
    if head is None:
        connection.execute(BEGIN, {"mine": collectivite, "genesis": genesis})
    sequence, previous = head or (0, genesis)
    row: dict[str, Any] = {
        name: getattr(event, name) for name in ("subject_id", "before", "after", "at", "by", "motif")
    }
    row |= {"collectivite": collectivite, "sequence": sequence + 1, "subject": str(event.subject)}
    row |= {"data": dumps(event.data)}
    row["hash"] = seal(previous, row)
    connection.execute(insert(EVENT), [row])
    connection.execute(ADVANCE, {"mine": collectivite, "sequence": sequence + 1, "hash": row["hash"]})
