"""How the last run of each step went, and of the day; of what each address was told by mail."""

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
    """Add the tables, empty: nothing is known of the runs before, nobody was told of anything."""
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
