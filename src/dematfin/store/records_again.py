"""Every record compared with its last seal."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from dematfin.domain.defect import Defect, Thing, Wrong
from dematfin.store import raw
from dematfin.store.digest import canonical, digest
from dematfin.store.last_seals import LastSeal, LastSeals
from dematfin.store.seals import SEALED, number_digest
from dematfin.store.tables import RECORDS, SERIES

PAGE: Final = 500
NAMED: Final = re.compile(r'\{"sha256":"([0-9a-f]{64})","size":(\d+)\}')
"""How a canonical text has a `DocumentRef`."""


class RecordsAgain:
    """Compares records with what was sealed last; `count` of them so far."""

    def __init__(self, connection: Connection, collectivite: str, last: LastSeals, *, whole: bool) -> None:
        """Prepare to compare; unless it is the `whole`, only the records that `last` knows."""
        self._connection = connection
        self._collectivite = collectivite
        self._last = last
        self._whole = whole
        self.count = 0

    def defects(self) -> Iterator[Defect]:
        """Yield what is wrong, table after table; note which documents records name."""
        for place, kind in SEALED.items():
            found = self._rows(place, kind)
            while page := list(islice(found, PAGE)):
                yield from self._compare(place, page, kind)
        series = raw.rows(self._connection, SERIES, self._collectivite)
        yield from self._compare(SERIES.name, [{"id": one["name"]} | one for one in series], None)
        for place, key, sealed in self._last.unseen():
            yield _defect(Wrong.REMOVED, place, key, sealed)

    def _rows(self, place: str, kind: type[Any]) -> Iterator[dict[str, Any]]:
        if self._whole:
            yield from raw.rows(self._connection, RECORDS[kind], self._collectivite)
            return
        keys = self._last.ids(place)
        while some := list(islice(keys, PAGE)):
            yield from raw.some(self._connection, RECORDS[kind], self._collectivite, some)

    def _compare(self, place: str, page: Iterable[dict[str, Any]], kind: type[Any] | None) -> Iterator[Defect]:
        seen: list[str] = []
        for row in page:
            key, sealed = row["id"], self._last.of(place, row["id"])
            self.count += 1
            seen.append(key)
            said = self._said(place, row, kind)
            if sealed is None and self._whole:
                yield _defect(Wrong.ADDED, place, key, None)
            elif sealed and said != sealed.digest:
                yield _defect(Wrong.CHANGED, place, key, sealed)
        self._last.saw(place, seen)

    def _said(self, place: str, row: dict[str, Any], kind: type[Any] | None) -> str:
        """Return the hash of what a row says; empty when nothing can be read there."""
        if kind is None:
            return number_digest(row["last"])
        record = raw.record(kind, row)
        if record is None:
            return ""
        text = canonical(record)
        if "sha256" in text:
            self._last.names((sha256, int(size), place, row["id"]) for sha256, size in NAMED.findall(text))
        return digest(text)


def _defect(wrong: Wrong, place: str, key: str, sealed: LastSeal | None) -> Defect:
    one = Defect(thing=Thing.RECORD, wrong=wrong, table=place, id=key)
    return replace(one, sequence=sealed.sequence, at=sealed.at) if sealed else one
