"""What figures are counted from: stays, settlements, happenings, and how far the journal was counted."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()
WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

TABLES: Final[dict[str, tuple[str, ...]]] = {
    "stay": (
        "invoice_id",
        "stage",
        "since",
        "until",
        "siret",
        "service",
        "supplier",
        "supplier_siren",
        "number",
        "origin",
        "ttc",
        "start",
        "deadline",
        "true_start",
        "mandat",
    ),
    "settlement": (
        "known_at",
        "invoice_id",
        "number",
        "invoices",
        "siret",
        "service",
        "supplier",
        "supplier_siren",
        "origin",
        "ttc",
        "gross_start",
        "start",
        "deadline",
        "days",
        "true_start",
        "mandated_on",
        "suspended",
        "paid_on",
        "late_base",
        "first_pass",
        "after_payment",
    ),
    "happening": (
        "at",
        "what",
        "about",
        "invoice_id",
        "siret",
        "service",
        "supplier",
        "supplier_siren",
        "origin",
        "amount",
        "ht",
        "count",
        "code",
        "motif",
        "person",
        "due_on",
        "on",
    ),
    "reached": ("sequence", "at"),
    "uncounted": ("sequence", "at", "about", "waiting"),
}
WHOLE_NUMBERS: Final = frozenset(
    {"ttc", "late_base", "amount", "ht", "count", "mandat", "invoices", "days", "suspended", "sequence"}
)
FLAGS: Final = frozenset({"first_pass", "after_payment", "waiting"})
EMPTY: Final = frozenset({("happening", "origin"), ("happening", "due_on"), ("happening", "on")})
INDEXES: Final = (
    ("stay", "until", "since"),
    ("stay", "invoice_id"),
    ("settlement", "known_at"),
    ("happening", "at"),
    ("happening", "what", "about"),
    ("uncounted", "waiting"),
)


def upgrade() -> None:
    """Add the tables, empty: the next run counts the journal from its beginning."""
    for name, attributes in TABLES.items():
        keys = [sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")]
        columns = [_column(name, one) for one in attributes]
        op.create_table(name, *keys, *columns, sqlite_strict=True)
    for table, *columns_of in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns_of)}", table, ["collectivite", *columns_of])


def _column(table: str, name: str) -> "sa.Column[Any]":
    kind = WHOLE if name in WHOLE_NUMBERS else sa.Integer() if name in FLAGS else TEXT
    return sa.Column(name, kind, nullable=(table, name) in EMPTY)
