"""Which documents the books of a collectivité name, wherever they stand in a record."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection

from dematfin.domain.document import DocumentRef
from dematfin.store.carry import CARRIED, pages

NAMED: Final = re.compile(r'\{"sha256":"([0-9a-f]{64})","size":(\d+)\}')
"""How the tables write a `DocumentRef`, wherever it stands in a record."""


def named(connection: Connection, collectivite: str) -> Iterator[DocumentRef]:
    """Yield each document that the books name, once."""
    seen: set[bytes] = set()
    for table in CARRIED:
        for page in pages(connection, table, collectivite):
            for sha256, size in _in_page(page):
                key = bytes.fromhex(sha256)
                if key not in seen:
                    seen.add(key)
                    yield DocumentRef(sha256=sha256, size=int(size))


def _in_page(page: Iterable[tuple[Any, ...]]) -> Iterator[tuple[str, str]]:
    for row in page:
        for value in row:
            if isinstance(value, str) and '"sha256":' in value:
                yield from NAMED.findall(value)
