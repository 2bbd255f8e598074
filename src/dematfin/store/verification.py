"""Everything that a collectivité has written, compared with its seals: what was done behind the program's back is told.

It reads rows as they are kept, and goes on after what is wrong.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from sqlalchemy import Connection, select

from dematfin.domain.defect import Defect, Thing, Wrong
from dematfin.domain.head import Head
from dematfin.ports.documents import Documents
from dematfin.ports.ledger import JournalReport
from dematfin.store.both_chains import BothChains, Places
from dematfin.store.chain import Heads, heads
from dematfin.store.documents_again import DocumentsAgain
from dematfin.store.gone import eliminated
from dematfin.store.last_seals import LastSeals
from dematfin.store.records_again import RecordsAgain
from dematfin.store.tables import EVENT, SEAL

MOST: Final = 200
"""Defects that are told one by one."""
END: Final = 100_000
"""Events, and seals, up to which a chain is walked whole where only the end of a longer one is asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be verified: see `ports.ledger.Ledger.verify_journal`."""

    documents: Documents | None = None
    heads: Sequence[Head] = ()
    only_end: bool = False


def verify(connection: Connection, collectivite: str, asked: Asked) -> JournalReport:
    """Look at everything that was asked for, in one transaction that only reads; raises ComeBackLater."""
    kept = heads(connection, collectivite)
    known = kept or _last_links(connection, collectivite)
    places = _places(known) if asked.only_end else Places()
    with LastSeals() as last:
        chains = BothChains(connection, collectivite, known, places)
        records = RecordsAgain(connection, collectivite, last, whole=places.seal == 1)
        documents = _documents(connection, collectivite, asked, last)
        found = chain(
            _head_taken_out(kept, known),
            chains.defects(last),
            records.defects(),
            documents.defects() if documents else (),
            _passed(connection, collectivite, asked.heads),
        )
        told, untold = tuple(islice(found, MOST)), sum(1 for _ in found)
    return JournalReport(
        events=chains.events,
        seals=chains.seals,
        records=records.count,
        documents=documents.count if documents else 0,
        eliminated=documents.eliminated if documents else {},
        first=places.event,
        head=known.head,
        defects=told,
        untold=untold,
    )


def _documents(connection: Connection, collectivite: str, asked: Asked, last: LastSeals) -> DocumentsAgain | None:
    return DocumentsAgain(asked.documents, last, eliminated(connection, collectivite)) if asked.documents else None


def _places(known: Heads) -> Places:
    return Places(event=max(1, known.sequence - END + 1), seal=max(1, known.seals - END + 1))


def _last_links(connection: Connection, collectivite: str) -> Heads:
    """Return what the head would be, were it not missing; the origin is lost with it."""
    ends = {}
    for table in (EVENT, SEAL):
        query = select(table.c.sequence, table.c.hash).where(table.c.collectivite == collectivite)
        row = connection.execute(query.order_by(table.c.sequence.desc()).limit(1)).one_or_none()
        ends[table.name] = tuple(row) if row else (0, "")
    (sequence, last), (seals, seal) = ends[EVENT.name], ends[SEAL.name]
    return Heads(genesis="", sequence=sequence, hash=last, seals=seals, seal=seal)


def _head_taken_out(kept: Heads | None, known: Heads) -> Iterator[Defect]:
    if kept is None and (known.sequence or known.seals):
        yield Defect(thing=Thing.CHAIN, wrong=Wrong.REMOVED)


def _passed(connection: Connection, collectivite: str, wanted: Sequence[Head]) -> Iterator[Defect]:
    """Yield the heads, written down some day, by which the chain does not pass."""
    for head in wanted:
        query = select(SEAL.c.hash).where(SEAL.c.collectivite == collectivite, SEAL.c.sequence == head.sequence)
        found = connection.execute(query).scalar_one_or_none()
        if head.sequence and (found is None or not head.begins(found)):
            yield Defect(thing=Thing.HEAD, wrong=Wrong.CHANGED if found else Wrong.REMOVED, id=str(head))
