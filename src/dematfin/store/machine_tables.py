"""Tables of the machine itself, which prove nothing: who runs what now, and which books have left for another base."""

from typing import Final

from sqlalchemy import Column, Table, Text

from dematfin.store.columns import Instant
from dematfin.store.tables import METADATA

LEASE: Final = Table(
    "lease",
    METADATA,
    Column("collectivite", Text(), primary_key=True),
    Column("step", Text(), primary_key=True),
    Column("holder", Text(), nullable=False),
    Column("since", Instant(), nullable=False),
    Column("until", Instant(), nullable=False),
    Column("turn", Text(), nullable=False, server_default=""),
    sqlite_strict=True,
)

MOVED: Final = Table(
    "moved",
    METADATA,
    Column("collectivite", Text(), primary_key=True),
    Column("towards", Text(), nullable=False),
    Column("at", Instant(), nullable=False),
    sqlite_strict=True,
)
"""Collectivités whose books have been moved to another base: what is left here is written no more."""
