"""The books: records read and written inside one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from functools import cache
from heapq import nlargest, nsmallest
from operator import attrgetter
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, bindparam, func, select, type_coerce

from dematfin.domain.event import Event
from dematfin.domain.money import from_cents
from dematfin.errors import UnknownRecord
from dematfin.ports.ledger import Record
from dematfin.store import chain, lease, seals
from dematfin.store.codec import hints
from dematfin.store.columns import WHOLE
from dematfin.store.journal import Journal
from dematfin.store.memory import Memory
from dematfin.store.names import by_name, keep_names
from dematfin.store.queries import Asked, is_exact, queries
from dematfin.store.statements import change, upsert
from dematfin.store.tables import RECORDS, SERIES
from dematfin.store.texts import Texts

R = TypeVar("R", bound=Record)
LAST: Final = select(SERIES.c.last).where(
    SERIES.c.collectivite == bindparam("its_owner"), SERIES.c.name == bindparam("its_name")
)
"""The last number of a series."""


class SqlBooks:
    """One open transaction of one collectivité."""

    def __init__(
        self, connection: Connection, collectivite: str, now: Callable[[], datetime], *, writes: bool = True
    ) -> None:
        self._connection = connection
        self._collectivite = collectivite
        self._journal = Journal(connection, collectivite)
        self._texts = Texts(connection, collectivite)
        self._now = now
        self._events: list[Event] = []
        self._series: dict[str, int] = {}
        self._memory = Memory() if writes else None
        self._written: list[Record] = []

    @property
    def driver(self) -> Any:
        """Return the driver's own connection: what is written through it stands or falls with this transaction."""
        return self._connection.connection.driver_connection

    def get(self, kind: type[R], /, key: str) -> R:
        """Return one record, or raise UnknownRecord."""
        for found in self.find(kind, id=key):
            return found
        message = f"« {key} » n'existe pas dans le registre."
        raise UnknownRecord(message)

    def find(self, kind: type[R], /, **where: object) -> tuple[R, ...]:
        """Return the records that match, ordered by id; a transaction that writes reads each of them once."""
        if self._memory is None:
            return self._find(kind, where)
        found = self._memory.answer(kind, where)
        if found is None:
            self._write(kind)
            found = self._find(kind, where)
            self._memory.learn(kind, where, found)
        return found

    def _find(self, kind: type[R], where: dict[str, object]) -> tuple[R, ...]:
        found = [one for asked in self._queries(kind, where) for one in self._read(kind, *asked)]
        return tuple(sorted(found, key=lambda record: record.id)) if len(found) > 1 else tuple(found)

    def last(self, kind: type[R], /, count: int, by: str, **where: object) -> tuple[R, ...]:
        """Return the records that match with the greatest `by`, greatest first."""
        self._write(kind)
        if "id" not in where:
            where = by_name(self._connection, RECORDS[kind], self._collectivite, where)
            where = {"id": self._greatest(kind, count, by, where)}
        return tuple(nlargest(count, self.find(kind, **where), key=lambda one: (getattr(one, by), one.id)))

    def first(self, kind: type[R], /, count: int, by: str, **where: object) -> tuple[R, ...]:
        """Return the records that match with the smallest `by`, smallest first."""
        self._write(kind)
        table = RECORDS[kind]
        found = [
            one
            for query, values in self._queries(kind, where)
            for one in self._read(kind, query.order_by(table.c[by], table.c.id).limit(count), values)
        ]
        return tuple(nsmallest(count, found, key=lambda one: (getattr(one, by), one.id)))

    def count(self, kind: type[R], /, by: str, **where: object) -> dict[object, int]:
        """Return how many records match, for each value of `by`."""
        self._write(kind)
        column = RECORDS[kind].c[by]
        counts: Counter[object] = Counter()
        for query, values in self._queries(kind, where):
            asked = query.with_only_columns(column, func.count()).group_by(column)
            for value, count in self._connection.execute(asked, values):
                counts[value] += count
        return dict(counts)

    def _queries(self, kind: type[Any], where: dict[str, object]) -> Iterator[Asked]:
        return queries(RECORDS[kind], {"collectivite": self._collectivite} | where)

    def _read(self, kind: type[R], query: Select[Any], values: dict[str, object]) -> Iterator[R]:
        rows = self._connection.execute(query, values)
        names = tuple(rows.keys())
        for row in rows.all():
            record = kind(**dict(zip(names, row, strict=True)))
            yield self._memory.seen(record) if self._memory else record

    def _greatest(self, kind: type[Any], count: int, by: str, where: dict[str, object]) -> list[str]:
        """Return ids; where nothing exact is asked, much may match, and `by` is walked from its end."""
        table = RECORDS[kind]
        found: list[tuple[Any, str]] = []
        for query, values in self._queries(kind, where):
            rows = query.with_only_columns(table.c[by], table.c.id)
            order: ColumnElement[Any] = table.c[by]
            if any(map(is_exact, where.values())):
                order = func.coalesce(order, order)  # else SQLite walks the whole index of `by` to spare a short sort
            rows = rows.order_by(order.desc(), table.c.id.desc()).limit(count)
            found += [tuple(row) for row in self._connection.execute(rows, values)]
        return [key for _, key in nlargest(count, found)]

    def total(self, kind: type[Record], /, of: str, **where: object) -> Decimal:
        """Return the sum of an amount in the records that match."""
        self._write(kind)
        cents = func.sum(type_coerce(RECORDS[kind].c[of], WHOLE))
        asked = ((query.with_only_columns(cents), values) for query, values in self._queries(kind, where))
        return from_cents(sum(int(self._connection.execute(*one).scalar() or 0) for one in asked))

    def save(self, *records: Record) -> None:
        """Insert or replace records; of those that were read, only what has changed will be written."""
        if self._memory is None:
            for record in records:
                self._put(type(record), [record])
            return
        for record in records:
            self._memory.save(record)

    def write(self) -> None:
        """Write what was saved, recorded and numbered."""
        for kind in self._memory.waiting if self._memory else ():
            self._write(kind)
        if self._series:
            rows = [
                {"collectivite": self._collectivite, "name": name, "last": last} for name, last in self._series.items()
            ]
            self._connection.execute(upsert(SERIES, self._connection.dialect.name), rows)
        self._seal()

    def _seal(self) -> None:
        """Seal what this transaction leaves, and its events."""
        content = seals.content_of(self._written)
        if self._series:
            content[SERIES.name] = {name: seals.number_digest(last) for name, last in self._series.items()}
        if not content and not self._events:
            return
        heads = chain.to_write(self._connection, self._collectivite)
        self._journal.append(heads, self._events)
        seals.append(self._connection, self._collectivite, heads, content, self._now())
        chain.keep(self._connection, self._collectivite, heads)

    def _write(self, kind: type[Any]) -> None:
        """Write what was saved of one kind, rows that change alike together."""
        groups: dict[tuple[str, ...] | None, list[Record]] = {}
        for before, record in self._memory.unwritten(kind) if self._memory else ():
            groups.setdefault(_changed(before, record), []).append(record)
        for changed, group in groups.items():
            if changed is None:
                self._put(kind, group)
            elif changed:
                self._change(kind, changed, group)
            if changed is None or changed:
                self._written += group

    def _put(self, kind: Any, records: Iterable[Record]) -> None:
        names = hints(kind)
        rows = [{"collectivite": self._collectivite} | {name: getattr(one, name) for name in names} for one in records]
        self._connection.execute(upsert(RECORDS[kind], self._connection.dialect.name), rows)
        keep_names(self._connection, RECORDS[kind], self._collectivite, rows)

    def _change(self, kind: type[Any], names: tuple[str, ...], records: Iterable[Record]) -> None:
        rows = [
            {"its_owner": self._collectivite, "its_id": one.id} | {name: getattr(one, name) for name in names}
            for one in records
        ]
        self._connection.execute(change(RECORDS[kind], names), rows)
        keep_names(self._connection, RECORDS[kind], self._collectivite, rows)

    def record(self, *events: Event) -> None:
        """Append events to the journal, in their order, at the end of the transaction."""
        self._events += events

    def index_text(self, key: str, text: str) -> None:
        """Let a key be found by the words of a text."""
        self._texts.put(key, text)

    def find_text(self, words: str, count: int) -> tuple[str, ...]:
        """Return the keys whose text has all these words, newest first."""
        return self._texts.find(words, count)

    def next_number(self, series: str, start: int = 0) -> int:
        """Return the number after the last one of a series."""
        self._series[series] = self._last(series, start) + 1
        return self._series[series]

    def pass_number(self, series: str, number: int) -> None:
        """Give no number of a series again that does not come after this one."""
        self._series[series] = max(self._last(series, number), number)

    def _last(self, series: str, start: int) -> int:
        if series in self._series:
            return self._series[series]
        last = self._connection.execute(LAST, {"its_owner": self._collectivite, "its_name": series}).scalar()
        return start if last is None else int(last)

    def check_turn(self, step: str, turn: str) -> None:
        """Raise ComeBackLater when a turn has lost its step."""
        lease.check(self._connection, self._collectivite, step, turn)


def _changed(before: Record | None, after: Record) -> tuple[str, ...] | None:
    """Return the attributes that differ from what was read in this transaction; None when nothing was."""
    if before is None:
        return None
    names, values = _attributes(type(after))
    told = zip(names, values(before), values(after), strict=True)
    return tuple([name for name, old, new in told if new is not old])


@cache
def _attributes(kind: Any) -> tuple[tuple[str, ...], Callable[[Record], tuple[object, ...]]]:
    """Return the names of what a kind holds, and how to have it all."""
    names = tuple(hints(kind))
    return names, attrgetter(*names)
