"""Seals: of each transaction that writes, what it wrote, chained so that nobody can change a record unseen.

A seal says the hash of each record that the transaction left (see `store.digest`), of each number that it drew, and
where the journal of events then was. hash = SHA-256 of the hash before and of the seal's canonical JSON.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, select

from dematfin.domain.invoice.indexed import Indexed
from dematfin.domain.unattended.run import Run
from dematfin.ports.ledger import Record
from dematfin.store.chain import Heads, keep, to_write
from dematfin.store.codec import CANONICAL, hints, written
from dematfin.store.digest import canonical, digest
from dematfin.store.machine_tables import LEASE, MOVED
from dematfin.store.tables import CHAIN, EVENT, FULL_TEXT, RECORDS, SEAL, SERIES, SUPPLIER_NAME

APPEND: Final = insert(SEAL)
CHUNK: Final = 1_000
"""Records of one seal, where those of an older base are sealed together."""
CHAINED: Final = frozenset({EVENT, SEAL, CHAIN})
"""What stands by its own hashes."""
NO_EVIDENCE: Final[Mapping[Table, str]] = {
    LEASE: "who works on a step now; it lasts minutes",
    MOVED: "what is left in an old base: it answers nobody any more, and what it held is sealed where it went",
    SUPPLIER_NAME: "drawn from the invoices, only to find them faster",
    FULL_TEXT: "drawn from the documents, only to find them",
    RECORDS[Indexed]: "which documents are still to be indexed",
    RECORDS[Run]: "when each step last ran, written again at each run; nothing of the accounts is concluded from it",
}
"""The tables that prove nothing, and why: they are neither sealed nor chained."""
SEALED: Final[dict[str, type[Any]]] = {table.name: kind for kind, table in RECORDS.items() if table not in NO_EVIDENCE}

Content = dict[str, dict[str, str]]
"""What a seal says: for each table, the hash of each record by its id."""


def content_of(records: Iterable[Record]) -> Content:
    """Return what a seal says of records; of one that is there twice, the last has the word."""
    last = {(RECORDS[type(one)].name, one.id): one for one in records}
    content: Content = {}
    for (table, key), record in last.items():
        if table in SEALED:
            content.setdefault(table, {})[key] = digest(canonical(record))
    return content


def number_digest(last: int) -> str:
    """Return the hash of the last number of a series."""
    return digest(CANONICAL.encode({"last": last}))


def append(connection: Connection, collectivite: str, heads: Heads, content: Content, at: datetime) -> None:
    """Seal what was written, and where the journal now is."""
    row = {
        "collectivite": collectivite,
        "sequence": heads.seals + 1,
        "at": at,
        "events": heads.sequence,
        "journal": heads.hash,
        "content": CANONICAL.encode(content),
    }
    sealed = fold(heads.seal, row)
    connection.execute(APPEND, [row | {"hash": sealed}])
    heads.seals, heads.seal = heads.seals + 1, sealed


def fold(previous: str, row: Mapping[str, Any]) -> str:
    """Return the hash that ties a seal to the one before."""
    told = {name: row[name] for name in ("collectivite", "sequence", "events", "journal", "content")}
    told["at"] = written(row["at"])
    return hashlib.sha256(f"{previous}{CANONICAL.encode(told)}".encode()).hexdigest()


def seal_what_is_there(connection: Connection, at: datetime) -> None:
    """Seal the records of a base that had no seals, collectivité after collectivité, some at a time."""
    for collectivite in sorted(_owners(connection)):
        heads = to_write(connection, collectivite)
        if heads.seals:
            continue
        for kind in SEALED.values():
            found = _records(connection, kind, collectivite)
            while some := tuple(islice(found, CHUNK)):
                append(connection, collectivite, heads, content_of(some), at)
        append(connection, collectivite, heads, _numbers(connection, collectivite), at)
        keep(connection, collectivite, heads)


def _owners(connection: Connection) -> set[str]:
    """Return every collectivité of which anything is there."""
    tables = (CHAIN, SERIES, *(RECORDS[kind] for kind in SEALED.values()))
    return {one for table in tables for one in connection.execute(select(table.c.collectivite).distinct()).scalars()}


def _records(connection: Connection, kind: Any, collectivite: str) -> Iterator[Any]:
    table, names = RECORDS[kind], tuple(hints(kind))
    query = select(*(table.c[name] for name in names)).where(table.c.collectivite == collectivite)
    for row in connection.execute(query.order_by(table.c.id), execution_options={"yield_per": CHUNK}):
        yield kind(**dict(zip(names, row, strict=True)))


def _numbers(connection: Connection, collectivite: str) -> Content:
    rows = connection.execute(select(SERIES.c.name, SERIES.c.last).where(SERIES.c.collectivite == collectivite))
    return {SERIES.name: {name: number_digest(last) for name, last in rows}}
