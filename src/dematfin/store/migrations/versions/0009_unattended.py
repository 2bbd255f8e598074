"""How the last run of each step went, and of the day: what clocks, workers and watchmen ask.

What each address was told by mail; which turn a lease is, so that only whoever has it still renews it; which
collectivités live in another base now; what the bordereaux of an exercice add up to, without reading its mandats.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()
WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables, empty: nothing is known of the runs before, nobody was told of anything; and the index."""
    op.add_column("lease", sa.Column("turn", TEXT, nullable=False, server_default=""))
    op.create_table(
        "moved",
        sa.Column("collectivite", TEXT, primary_key=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("towards", "at")),
        sqlite_strict=True,
    )
    op.create_table(
        "run",
        *(sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")),
        sa.Column("began_at", TEXT, nullable=False),
        *(sa.Column(name, TEXT, nullable=True) for name in ("ended_at", "done_at")),
        sa.Column("position", TEXT, nullable=False),
        sa.Column("attempts", WHOLE, nullable=False),
        sa.Column("aside_since", TEXT, nullable=True),
        sa.Column("failed", WHOLE, nullable=False),
        sa.Column("said", TEXT, nullable=False),
        sa.Column("failing_since", TEXT, nullable=True),
        sqlite_strict=True,
    )
    op.create_table(
        "alarm",
        *(sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("recipient", "about", "sentence", "mail", "state")),
        *(sa.Column(name, TEXT, nullable=True) for name in ("told_on", "reminded_on")),
        sa.Column("lasting", sa.Integer(), nullable=False),
        sa.Column("outcome", TEXT, nullable=False),
        sa.Column("formed_at", TEXT, nullable=False),
        sqlite_strict=True,
    )
    series = ("editor", "kind", "exercice", "siret", "state", "bordereau", "amount")
    op.create_index(f"ix_mandat_{'_'.join(series)}", "mandat", ["collectivite", *series])
