"""The journal: events that nobody can rewrite unseen, each sealed with the one before.

hash = SHA-256 of the previous hash and of the event's canonical JSON; the first link is drawn from the
installation itself. The head of each chain is kept apart, so that a journal cut short is seen too.
"""

import hashlib
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, update
from sqlalchemy.engine import RowMapping

from dematfin.domain.event import Event, Subject
from dematfin.ports.ledger import JournalReport, WrittenEvent
from dematfin.ports.witness import End
from dematfin.store.codec import CANONICAL, dumps, instant, loads
from dematfin.store.tables import CHAIN, EVENT

PAGE: Final = 1000
MINE: Final = CHAIN.c.collectivite == bindparam("mine")
HEAD: Final = select(CHAIN.c.sequence, CHAIN.c.hash).where(MINE)
WHOLE_HEAD: Final = select(CHAIN.c.genesis, CHAIN.c.sequence, CHAIN.c.hash).where(MINE)
APPEND: Final = insert(EVENT)
ADVANCE: Final = update(CHAIN).where(MINE).values(sequence=bindparam("last"), hash=bindparam("seal"))
SEALED: Final = ("subject", "subject_id", "before", "after", "at", "by", "motif", "data")


class Journal:
    """The chain of one collectivité, inside one transaction."""

    def __init__(self, connection: Connection, collectivite: str) -> None:
        self._connection = connection
        self._collectivite = collectivite
        self._last: tuple[int, str] | None = None

    def append(self, *events: Event) -> None:
        """Seal events onto the chain, in their order."""
        if not events:
            return
        sequence, previous = self._last or self._head()  # nobody else writes during a transaction
        rows = []
        for event in events:
            sequence += 1
            row = {"collectivite": self._collectivite, "sequence": sequence} | _row(event)
            previous = seal(previous, row)
            rows.append(row | {"hash": previous})
        self._connection.execute(APPEND, rows)
        self._connection.execute(ADVANCE, {"mine": self._collectivite, "last": sequence, "seal": previous})
        self._last = sequence, previous

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

    def end(self) -> End:
        """Return the end of the chain, as it is kept apart."""
        row = self._connection.execute(WHOLE_HEAD, {"mine": self._collectivite}).one_or_none()
        return (
            End(genesis=row.genesis, sequence=row.sequence, hash=row.hash)
            if row
            else End(genesis="", sequence=0, hash="")
        )

    def verify(self) -> JournalReport:
        """Walk the chain from its beginning to the head that was kept apart."""
        head = self._connection.execute(select(CHAIN).where(CHAIN.c.collectivite == self._collectivite)).mappings()
        chain = head.one_or_none()
        if chain is None:
            return JournalReport(events=0, head="")
        count, last = 0, str(chain["genesis"])
        for row in self._rows():
            if row["sequence"] != count + 1 or row["hash"] != seal(last, row):
                return JournalReport(events=count, head=last, broken_at=count + 1)
            count, last = count + 1, str(row["hash"])
        intact = (count, last) == (chain["sequence"], chain["hash"])
        return JournalReport(events=count, head=last, broken_at=0 if intact else count + 1)

    def _rows(self) -> Iterator[dict[str, Any]]:
        """Read the chain by pages: it grows for ever."""
        after = 0
        while True:
            page = self._page(after, PAGE)
            if not page:
                return
            yield from map(dict, page)
            after = page[-1]["sequence"]

    def _page(self, after: int, count: int) -> Sequence[RowMapping]:
        query = select(EVENT).where(EVENT.c.collectivite == self._collectivite, EVENT.c.sequence > after)
        return self._connection.execute(query.order_by(EVENT.c.sequence).limit(count)).mappings().all()

    def _head(self) -> tuple[int, str]:
        row = self._connection.execute(HEAD, {"mine": self._collectivite}).one_or_none()
        if row is not None:
            return row.sequence, row.hash
        genesis = hashlib.sha256(f"{self._collectivite}:{secrets.token_hex(32)}".encode()).hexdigest()
        values = {"collectivite": self._collectivite, "genesis": genesis, "sequence": 0, "hash": genesis}
        self._connection.execute(insert(CHAIN), [values])
        return 0, genesis


def seal(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash that ties an event to the one before."""
    content = {name: row[name] for name in (*SEALED, "collectivite", "sequence")}
    content["at"] = instant(row["at"])  # all the rest is text and numbers
    return hashlib.sha256(f"{previous}{CANONICAL.encode(content)}".encode()).hexdigest()


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
