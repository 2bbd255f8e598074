"""What was eliminated, under which visa; what a litigation holds; what was handed over to an archive service."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()
WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the tables, empty: nothing was ever eliminated."""
    _table(
        "elimination",
        texts=(
            "state",
            "listed",
            "sheet",
            "prepared_by",
            "prepared_at",
            "visa",
            "executed_by",
            "left_out",
        ),
        numbers=("dossiers", "documents", "size"),
        empty=("visa_on", "executed_at"),
    )
    _table("gone", texts=("elimination", "at"))
    _table("eliminated", texts=("elimination", "visa", "at", "kept_for"), numbers=("size",), flags=("removed",))
    _table("hold", texts=("motif", "placed_by", "placed_at"), flags=("active",))
    _table(
        "transfer",
        texts=("state", "kind", "manifest", "made_by", "made_at", "receipt", "confirmed_by"),
        numbers=("exercice", "dossiers", "documents", "size"),
        empty=("receipt_on",),
    )
    op.create_index("ix_eliminated_elimination_removed", "eliminated", ["collectivite", "elimination", "removed"])


def _table(
    name: str,
    texts: Sequence[str],
    numbers: Sequence[str] = (),
    flags: Sequence[str] = (),
    empty: Sequence[str] = (),
) -> None:
    op.create_table(
        name,
        *(sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")),
        *(sa.Column(key, TEXT, nullable=False) for key in texts),
        *(sa.Column(key, WHOLE, nullable=False) for key in numbers),
        *(sa.Column(key, sa.Integer(), nullable=False) for key in flags),
        *(sa.Column(key, TEXT, nullable=True) for key in empty),
        sqlite_strict=True,
    )
