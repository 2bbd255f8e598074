"""A base copied to a file, and what the copy says of itself."""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from dematfin.domain.document import DocumentRef
from dematfin.domain.end import End
from dematfin.domain.head import Head
from dematfin.ports.documents import Documents
from dematfin.store.migrate import version
from dematfin.store.saved.pool import Brought, is_sound
from dematfin.store.saved.snapshot import documents, ends, gone, heads, rows, server, snapshot


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """What a copy says; by SIRET, but the rows.

    Attributes:
        documents: those that it names, but what was eliminated and is away.
        gone: fingerprints of those that were eliminated, away or not.
        server: major version of PostgreSQL; empty on SQLite.
    """

    tables: str
    ends: Mapping[str, End]
    heads: Mapping[str, Head]
    rows: Mapping[str, int]
    documents: Mapping[str, tuple[DocumentRef, ...]]
    gone: Mapping[str, Set[str]]
    server: str

    def lost(self, brought: Brought) -> tuple[str, ...]:
        """Return the documents that could not be brought, and that nobody has eliminated."""
        missing = frozenset(brought.missing)
        named = {siret: {ref.sha256 for ref in some} & missing for siret, some in self.documents.items()}
        return tuple(sorted({one for siret, some in named.items() for one in some - self.gone[siret]}))


def copy_base(base: str, target: Path, place_of: Callable[[str], Documents]) -> Copied:
    """Copy a base, in the place of a copy that was there; `place_of` says where a collectivité keeps its documents.

    Raises:
        ConfigError, ComeBackLater: see `snapshot`.
    """
    target.unlink(missing_ok=True)
    with snapshot(base, target) as connection:
        tables, last, printed, counts = version(connection) or "", ends(connection), heads(connection), rows(connection)
        named, away, major = documents(connection), gone(connection), server(connection)
    return Copied(
        tables=tables,
        ends=last,
        heads=printed,
        rows=counts,
        documents={siret: _there(some, away[siret], place_of(siret)) for siret, some in named.items()},
        gone=away,
        server=major,
    )


def _there(refs: tuple[DocumentRef, ...], away: Set[str], place: Documents) -> tuple[DocumentRef, ...]:
    return tuple(ref for ref in refs if ref.sha256 not in away or is_sound(place, ref))
