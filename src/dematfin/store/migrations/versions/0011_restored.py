"""After which restorations nothing leaves yet, and what neighbours have of ours that the books do not know."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()


def upgrade() -> None:
    """Add both tables, empty: nobody has said so far that the base was put back to an older point."""
    op.create_table(
        "restored",
        *(sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("data_as_of", "restored_at", "by", "how", "words")),
        sa.Column("ended_at", TEXT, nullable=True),
        sa.Column("ended_by", TEXT, nullable=False),
        sqlite_strict=True,
    )
    op.create_table(
        "trace",
        *(sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")),
        *(sa.Column(name, TEXT, nullable=False) for name in ("restoration", "neighbour", "nomfic", "siret")),
        sa.Column("read", sa.Integer(), nullable=False),
        *(
            sa.Column(name, TEXT, nullable=False)
            for name in ("said", "found_at", "mandats", "pieces", "invoice_id", "looked_at")
        ),
        *(sa.Column(name, TEXT, nullable=False) for name in ("state", "settled_by")),
        sa.Column("settled_at", TEXT, nullable=True),
        sa.Column("motif", TEXT, nullable=False),
        sqlite_strict=True,
    )
