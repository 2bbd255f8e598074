"""A base that has just been put back says so itself: nothing leaves it before the neighbours were asked."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import select

from dematfin.domain.event import SERVICE, Event, Subject
from dematfin.domain.exceptional import EXCEPTION, Exceptional
from dematfin.domain.restoration import Restored
from dematfin.store.engine import open_engine, reading
from dematfin.store.ledger import SqlLedger
from dematfin.store.machine_tables import MOVED
from dematfin.store.tables import CHAIN

HOW: Final = "par la commande restauration"


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the machine's own clock: no collectivité is wired here


def mark(
    base: str,
    *,
    data_as_of: datetime,
    sirets: Collection[str] = (),
    by: str = SERVICE,
    now: Callable[[], datetime] = _now,
) -> tuple[str, ...]:
    """Shut the gate of each collectivité of a base; return them. `by` is who put it back.

    `sirets` are those that the configuration puts there: one that began after the backup is unknown to it, and has
    sent all the same.

    Said twice, it counts once: the gate opens once all is known since the older of the two points.

    Raises:
        ConfigError: the base has tables of another version; ComeBackLater: it is away.
    """
    engine = open_engine(base)
    with reading(engine.connect()) as connection, connection.begin():
        moved = set(connection.scalars(select(MOVED.c.collectivite)))
        found = tuple(sorted({*connection.scalars(select(CHAIN.c.collectivite)), *sirets} - moved))
    for one in found:
        _mark(SqlLedger(engine, one, now), data_as_of, by, now())
    return found


def _mark(ledger: SqlLedger, data_as_of: datetime, by: str, now: datetime) -> None:
    with ledger.transaction() as books:
        before = next(iter(books.find(Restored, ended_at=None)), None)
        key = before.id if before else f"R{books.next_number('restauration'):04d}"
        since = min(data_as_of, before.data_as_of) if before else data_as_of
        books.save(Restored(id=key, data_as_of=since, restored_at=now, by=by, how=HOW))
        books.record(
            Event(
                subject=Subject.RESTORATION,
                subject_id=key,
                before="fermé" if before else "ouvert",
                after="fermé",
                at=now,
                by=by,
                motif=f"{HOW}, données du {since:%d/%m/%Y à %H:%M} (UTC)",
                data={"donnees_du": since.isoformat(), EXCEPTION: Exceptional.BASE_RESTORED},
            )
        )
