"""Beside the finance software: its flows, what they pay, what it is handed; mandats that pay no invoice."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()

COLUMNS: Final = (("mandat", "codes", "[]"), ("mandat", "regie", ""), ("flux", "editor_flow", ""))
"""Name and value in the rows that are there."""
FLAGS: Final = (("mandat", "editor"), ("bordereau", "editor"))

TABLES: Final[dict[str, tuple[tuple[str, ...], frozenset[str]]]] = {
    "editor_flow": (
        (
            "siret",
            "state",
            "name",
            "document",
            "nomfic",
            "sender",
            "signed",
            "sheets",
            "imported_at",
            "imported_by",
            "flux",
            "reason",
        ),
        frozenset(),
    ),
    "pairing": (
        (
            "editor_flow",
            "claim",
            "state",
            "invoice_id",
            "proposals",
            "rule",
            "accepted",
            "motif",
            "decided_by",
        ),
        frozenset(),
    ),
    "hand_over": (
        ("kind", "key", "said", "delivery", "names", "documents", "state", "staged_at", "done_at"),
        frozenset({"done_at"}),
    ),
}
"""Columns of the new tables, and those that may be empty."""
WHOLE_NUMBERS: Final = frozenset({"signed"})
INDEXES: Final = (
    ("editor_flow", "state"),
    ("editor_flow", "flux"),
    ("pairing", "editor_flow"),
    ("pairing", "invoice_id"),
    ("hand_over", "state"),
    ("hand_over", "key"),
    ("hand_over", "delivery"),
)


def upgrade() -> None:
    """Add the tables and the columns; a mandat that pays no invoice has no delay of payment."""
    for name, (attributes, empty) in TABLES.items():
        keys = [sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")]
        op.create_table(name, *keys, *(_column(one, nullable=one in empty) for one in attributes), sqlite_strict=True)
    for table, column in INDEXES:
        op.create_index(f"ix_{table}_{column}", table, ["collectivite", column])
    for table, column, value in COLUMNS:
        op.add_column(table, sa.Column(column, TEXT, nullable=False, server_default=value))
    for table, column in FLAGS:
        op.add_column(table, sa.Column(column, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("mandat", table_kwargs={"sqlite_strict": True}) as mandat:
        mandat.alter_column("dgp", existing_type=TEXT, nullable=True)


def _column(name: str, *, nullable: bool) -> "sa.Column[Any]":
    return sa.Column(name, sa.Integer() if name in WHOLE_NUMBERS else TEXT, nullable=nullable)
