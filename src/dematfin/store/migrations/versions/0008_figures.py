"""What figures are counted from, how far the journal was counted, each day's figures; what is sought by words."""

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
        "paid",
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
        "claimed",
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
    "indexed": ("waiting", "seal", "unread"),
    "snapshot": ("at", "figures"),
}
WHOLE_NUMBERS: Final = frozenset(
    {"ttc", "paid", "late_base", "amount", "ht", "count", "mandat", "invoices", "days", "suspended", "sequence"}
)
FLAGS: Final = frozenset({"first_pass", "after_payment", "claimed", "waiting"})
EMPTY: Final = frozenset({("happening", "origin"), ("happening", "due_on"), ("happening", "on")})
INDEXES: Final = (
    ("stay", "until", "since"),
    ("stay", "invoice_id"),
    ("settlement", "known_at"),
    ("settlement", "invoice_id"),
    ("happening", "at"),
    ("happening", "what", "about"),
    ("uncounted", "waiting"),
    ("indexed", "waiting", "id"),
    ("invoice", "supplier_key", "issued_on", "id"),
    ("bordereau", "emitted_on", "id"),
    ("flux", "replaces"),
)
FULL_TEXT: Final = {
    "sqlite": """CREATE VIRTUAL TABLE full_text_words USING fts5 (words, content='full_text', content_rowid='number',
        tokenize='ascii', detail='none', columnsize=0, prefix='2 3 4 5 6 7')""",
    "postgresql": """CREATE INDEX full_text_words ON full_text
        USING gin (array_to_tsvector(string_to_array(words, ' ')))""",
}
"""The database's own index of words: these are cut and folded before they come in, alike for both engines."""


def upgrade() -> None:
    """Add the tables, empty: the next run counts the journal from its beginning."""
    for name, attributes in TABLES.items():
        keys = [sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")]
        columns = [_column(name, one) for one in attributes]
        op.create_table(name, *keys, *columns, sqlite_strict=True)
    for table, *columns_of in INDEXES:
        op.create_index(f"ix_{table}_{'_'.join(columns_of)}", table, ["collectivite", *columns_of])
    keys = [sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "name")]
    op.create_table("supplier_name", *keys, sqlite_strict=True)
    op.execute("INSERT INTO supplier_name SELECT DISTINCT collectivite, supplier_key FROM invoice")
    _index_texts()


def _index_texts() -> None:
    op.create_table(
        "full_text",
        sa.Column("number", WHOLE, primary_key=True, autoincrement=True),
        *(sa.Column(name, TEXT, nullable=False) for name in ("collectivite", "key", "words")),
        sqlite_strict=True,
    )
    op.create_index("uq_full_text_key", "full_text", ["collectivite", "key"], unique=True)
    op.execute(FULL_TEXT[op.get_bind().dialect.name])


def _column(table: str, name: str) -> "sa.Column[Any]":
    kind = WHOLE if name in WHOLE_NUMBERS else sa.Integer() if name in FLAGS else TEXT
    return sa.Column(name, kind, nullable=(table, name) in EMPTY)
