"""What a backup says of itself: where its data come from, as of when, and the fingerprint of all that it holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from dematfin.domain.end import End
from dematfin.domain.head import Head

BASE: Final = "base"
"""The copy of the base: a file of SQLite, or what pg_dump writes."""
DOCUMENTS: Final = "documents.txt"
"""The list of the documents that the base names: one a line, fingerprint and size."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One file of a backup: SHA-256 in hexadecimal, size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is written last: without it, there is no backup.

    Attributes:
        taken_at: the moment that the base was copied as of; the data know nothing of what came after.
        base, on_sqlite: where the base was, without its password.
        tables, program: versions.
        ends, heads: last event and last seal of each collectivité that is in the base, by SIRET.
        rows: how many rows each table has.
        files: what lies beside the manifest, by name.
        documents, size: how many documents the base names that were not eliminated, and their bytes together.
        missing: documents that the base names and that were not there, or were spoilt, when the backup was made;
            those that were eliminated are not among them.
        configuration: fingerprint of the files of the configuration.
        server: major version of the server of PostgreSQL; empty for SQLite, and for backups that did not tell.
    """

    taken_at: datetime
    base: str
    on_sqlite: bool
    tables: str
    program: str
    ends: Mapping[str, End]
    heads: Mapping[str, Head]
    rows: Mapping[str, int]
    files: Mapping[str, Kept]
    documents: int
    size: int
    missing: tuple[str, ...]
    configuration: str
    server: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was missing when it was made."""
        return not self.missing
