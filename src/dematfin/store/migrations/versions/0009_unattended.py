"""How the last run of each step went, and of the day: what clocks, workers and watchmen ask.

And what the bordereaux of an exercice add up to, without reading its mandats one by one.
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
    """Add the table, empty: nothing is known of the runs before; and the index."""
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
        sqlite_strict=True,
    )
    series = ("editor", "kind", "exercice", "siret", "state", "bordereau", "amount")
    op.create_index(f"ix_mandat_{'_'.join(series)}", "mandat", ["collectivite", *series])
