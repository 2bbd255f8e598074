"""The journal: events that nobody can rewrite unseen, each sealed with the one before.

hash = SHA-256 of the previous hash and of the event's canonical JSON; `store.chain` keeps the head apart.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, insert, select
from sqlalchemy.engine import RowMapping

from dematfin.domain.end import NOWHERE, End
from dematfin.domain.event import Event, Subject
from dematfin.ports.ledger import SealedEvent, WrittenEvent
from dematfin.store.chain import Heads
from dematfin.store.codec import CANONICAL, dumps, loads, written
from dematfin.store.tables import CHAIN, EVENT

PAGE: Final = 1000
APPEND: Final = insert(EVENT)
SEALED: Final = ("subject", "subject_id", "before", "after", "at", "by", "motif", "data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chained:
    """What a walk along the events alone found; `broken_at` is 0 when every link holds."""

    events: int
    head: str
    broken_at: int = 0


class Journal:
    """The chain of one collectivité, inside one transaction."""

    def __init__(self, connection: Connection, collectivite: str) -> None:
        self._connection = connection
        self._collectivite = collectivite

    def append(self, heads: Heads, events: Sequence[Event]) -> None:
        """Seal events onto the chain, in their order."""
        rows = []
        for event in events:
            heads.sequence += 1
            row = {"collectivite": self._collectivite, "sequence": heads.sequence} | _row(event)
            heads.hash = seal(heads.hash, row)
            rows.append(row | {"hash": heads.hash})
        if rows:
            self._connection.execute(APPEND, rows)

    def read(self, subject: Subject | None, keys: Sequence[str]) -> tuple[WrittenEvent, ...]:
        """Return events, oldest first."""
        query = select(EVENT).where(EVENT.c.collectivite == self._collectivite).order_by(EVENT.c.sequence)
        if subject is not None:
            query = query.where(EVENT.c.subject == str(subject))
        if keys:
            query = query.where(EVENT.c.subject_id.in_(list(keys)))
        return tuple(_written(row) for row in self._connection.execute(query).mappings())

    def following(self, after: int, count: int) -> tuple[WrittenEvent, ...]:
        """Return the events after a place of the chain, oldest first."""
        return tuple(_written(row) for row in self._page(after, count))

    def sealed(self, sequences: Sequence[int]) -> tuple[SealedEvent, ...]:
        """Return events as they are sealed, oldest first."""
        wanted = {*sequences, *(number - 1 for number in sequences)}
        query = select(EVENT).where(EVENT.c.collectivite == self._collectivite, EVENT.c.sequence.in_(sorted(wanted)))
        rows = {row["sequence"]: dict(row) for row in self._connection.execute(query).mappings()}
        genesis = select(CHAIN.c.genesis).where(CHAIN.c.collectivite == self._collectivite)
        first = self._connection.execute(genesis).scalar_one_or_none()
        before = {0: str(first)} | {number: str(row["hash"]) for number, row in rows.items()}
        return tuple(
            SealedEvent(sequence=one, previous=before[one - 1], content=canonical(rows[one]), hash=before[one])
            for one in sorted(set(sequences) & rows.keys())
        )

    def end(self) -> End:
        """Return the end of the chain, as it is kept apart."""
        columns = (CHAIN.c.genesis, CHAIN.c.sequence, CHAIN.c.hash)
        row = self._connection.execute(select(*columns).where(CHAIN.c.collectivite == self._collectivite)).one_or_none()
        return End(genesis=row.genesis, sequence=row.sequence, hash=row.hash) if row else NOWHERE

    def verify(self) -> Chained:
        """Walk the chain from its beginning to the head that was kept apart, as any version of the tables has it."""
        columns = (CHAIN.c.genesis, CHAIN.c.sequence, CHAIN.c.hash)
        head = self._connection.execute(select(*columns).where(CHAIN.c.collectivite == self._collectivite))
        chain = head.one_or_none()
        if chain is None:
            return Chained(events=0, head="")
        count, last = 0, str(chain.genesis)
        for row in self._rows():
            if row["sequence"] != count + 1 or row["hash"] != seal(last, row):
                return Chained(events=count, head=last, broken_at=count + 1)
            count, last = count + 1, str(row["hash"])
        intact = (count, last) == (chain.sequence, chain.hash)
        return Chained(events=count, head=last, broken_at=0 if intact else count + 1)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Read the chain by pages: it grows for ever."""
        after = -1
        while True:
            page = self._page(after, PAGE)
            if not page:
                return
            yield from map(dict, page)
            after = page[-1]["sequence"]

    def _page(self, after: int, count: int) -> Sequence[RowMapping]:
        query = select(EVENT).where(EVENT.c.collectivite == self._collectivite, EVENT.c.sequence > after)
        return self._connection.execute(query.order_by(EVENT.c.sequence).limit(count)).mappings().all()


def seal(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash that ties an event to the one before; `at` may be as the table keeps it."""
    return hashlib.sha256(f"{previous}{canonical(row)}".encode()).hexdigest()


def canonical(row: Mapping[str, Any]) -> str:
    """Return the canonical JSON of an event: what is hashed after the hash of the one before."""
    content = {name: row[name] for name in (*SEALED, "collectivite", "sequence")}
    content["at"] = written(row["at"])  # all the rest is text and numbers
    return CANONICAL.encode(content)


def _row(event: Event) -> dict[str, Any]:
    return {
        "subject": str(event.subject),
        "subject_id": event.subject_id,
        "before": event.before,
        "after": event.after,
        "at": event.at,
        "by": event.by,
        "motif": event.motif,
        "data": dumps(event.data),
    }


def _written(row: RowMapping) -> WrittenEvent:
    event = Event(
        subject=Subject(row["subject"]),
        subject_id=row["subject_id"],
        before=row["before"],
        after=row["after"],
        at=row["at"],
        by=row["by"],
        motif=row["motif"],
        data=loads(dict[str, str], row["data"]),
    )
    return WrittenEvent(sequence=row["sequence"], event=event, hash=row["hash"])
