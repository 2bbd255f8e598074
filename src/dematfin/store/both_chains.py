"""Events and seals walked, each by the other: a seal says where the journal was when it was made."""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, Text, select, type_coerce

from dematfin.domain.defect import Defect, Thing, Wrong, named
from dematfin.store import raw
from dematfin.store.chain import Heads
from dematfin.store.journal import seal as fold_event
from dematfin.store.last_seals import LastSeals
from dematfin.store.links import Row, Walk
from dematfin.store.seals import fold as fold_seal
from dematfin.store.tables import EVENT, SEAL

FEW: Final = 50
"""Defects of which it is sought what they were about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """From where on each chain is judged: 1, unless only its end is."""

    event: int = 1
    seal: int = 1


class BothChains:
    """The two chains of one collectivité; `events`, `seals`: the last number that was seen in each."""

    def __init__(self, connection: Connection, collectivite: str, heads: Heads, places: Places) -> None:
        self._connection = connection
        self._collectivite = collectivite
        self._heads = heads
        self._places = places
        self._closing: tuple[int, int] = (0, 0)
        self.events = self.seals = 0

    def defects(self, last: LastSeals) -> Iterator[Defect]:
        """Walk both, and yield what is wrong; `last` learns what seals say."""
        events, seals = self._walk_events(), self._walk_seals(last)
        told = [*events, *seals]
        beginnings = [one for one in told if (one.sequence, one.wrong) == (1, Wrong.CHANGED)]
        if len(beginnings) > 1:  # both are said to begin otherwise: it is their common origin that was changed
            told = [Defect(thing=Thing.CHAIN, wrong=Wrong.CHANGED), *(one for one in told if one not in beginnings)]
        if not told:
            told += self._disagreements()
        for number, one in enumerate(dict.fromkeys(told)):
            yield self._explained(one) if number < FEW and one.wrong is Wrong.REMOVED else one

    def _walk_events(self) -> tuple[Defect, ...]:
        walk = self._begun(Thing.EVENT, self._places.event)
        for row in self._rows(EVENT, self._places.event):
            walk.step(row)
        self.events = walk.last
        return walk.end(self._heads.sequence, self._heads.hash)

    def _walk_seals(self, last: LastSeals) -> tuple[Defect, ...]:
        walk = self._begun(Thing.SEAL, self._places.seal)
        for row in self._rows(SEAL, self._places.seal):
            walk.step(row)
            self._closing = row["sequence"], row["events"]
            at = raw.moment(row["at"])
            with suppress(ValueError, AttributeError):  # a content that was rewritten by hand may be none
                last.sealed(row["sequence"], at, row["content"])
        self.seals = walk.last
        return walk.end(self._heads.seals, self._heads.seal)

    def _begun(self, thing: Thing, first: int) -> Walk:
        """Begin at the common origin, or before the first that is judged, with one that is believed."""
        fold, about = (fold_event, of_event) if thing is Thing.EVENT else (fold_seal, of_seal)
        if first > 1:
            return Walk(thing=thing, fold=fold, about=about, last=first - 2, hash=None)
        return Walk(thing=thing, fold=fold, about=about, last=0, hash=self._heads.genesis or None)

    def _rows(self, table: Any, first: int) -> Iterator[dict[str, Any]]:
        since = first - 1 if first > 1 else None
        return raw.rows(self._connection, table, self._collectivite, since=since)

    def _disagreements(self) -> Iterator[Defect]:
        """Yield the events that seals do not know as they are: both chains hold, but not together."""
        ours = SEAL.c.collectivite == self._collectivite, SEAL.c.sequence >= self._places.seal
        both = (EVENT.c.collectivite == SEAL.c.collectivite) & (EVENT.c.sequence == SEAL.c.events)
        query = select(SEAL.c.events).select_from(SEAL.join(EVENT, both)).where(*ours, SEAL.c.journal != EVENT.c.hash)
        for number in self._connection.execute(query.distinct().order_by(SEAL.c.events)).scalars():
            yield Defect(thing=Thing.EVENT, wrong=Wrong.CHANGED, sequence=number)
        sealed = self._closing[1]
        if self.events > sealed:
            yield Defect(thing=Thing.EVENT, wrong=Wrong.ADDED, sequence=sealed + 1, until=self.events)

    def _explained(self, one: Defect) -> Defect:
        """Say of what was taken out when it was written and what it was about, as the other chain tells it."""
        if one.thing is Thing.EVENT:
            around = self._seals_of(SEAL.c.events >= one.sequence)
            return replace(one, at=raw.moment(around["at"]), about=of_seal(around)) if around else one
        if one.thing is Thing.SEAL:
            before = self._seals_of(SEAL.c.sequence == one.sequence - 1)
            after = self._seals_of(SEAL.c.sequence > one.until)
            one = replace(one, at=raw.moment(after["at"]) if after else None)
            return self._of_events(one, before["events"] if before else 0, after["events"] if after else self.events)
        return one

    def _seals_of(self, wanted: Any) -> Row | None:
        columns = (type_coerce(SEAL.c.at, Text()).label("at"), SEAL.c.events, SEAL.c.content)
        query = select(*columns).where(SEAL.c.collectivite == self._collectivite, wanted)
        found = self._connection.execute(query.order_by(SEAL.c.sequence).limit(1)).mappings().one_or_none()
        return dict(found) if found else None

    def _of_events(self, one: Defect, after: int, until: int) -> Defect:
        mine = EVENT.c.collectivite == self._collectivite, EVENT.c.sequence > after, EVENT.c.sequence <= until
        query = select(EVENT.c.subject, EVENT.c.subject_id).where(*mine).order_by(EVENT.c.sequence).limit(FEW)
        found = self._connection.execute(query).mappings()
        return replace(one, about=tuple(dict.fromkeys(name for event in found for name in of_event(dict(event)))))


def of_event(row: Row) -> tuple[str, ...]:
    """Return what an event is about."""
    return (f"{row['subject']} {row['subject_id']}",)


def of_seal(row: Row) -> tuple[str, ...]:
    """Return the records that a seal names."""
    with suppress(ValueError, AttributeError):
        content: dict[str, dict[str, str]] = json.loads(row["content"])
        return tuple(named(table, key) for table, its in content.items() for key in its)
    return ()
