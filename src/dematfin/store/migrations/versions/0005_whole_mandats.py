"""Whole mandats: their kinds, their payment, réductions, documents by kind, signatures given elsewhere."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()
WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

Added = tuple[str, sa.types.TypeEngine[Any], str | None]
COLUMNS: Final[dict[str, tuple[Added, ...]]] = {
    "invoice": (("resumed_on", TEXT, None), ("paid_before", TEXT, None), ("paid_by", TEXT, "")),
    "mandat": (
        ("kind", TEXT, "ORDINARY"),
        ("mode", TEXT, "03"),
        ("paid_before", TEXT, None),
        ("origin", TEXT, None),
        ("set_aside", TEXT, ""),
    ),
    "bordereau": (("kind", TEXT, "01"), ("tva", WHOLE, "0")),
    "budget_year": (("last_reduction", WHOLE, "0"), ("last_reduction_bordereau", WHOLE, "0"), ("reduced", WHOLE, "0")),
    "tiers": (("complement", TEXT, ""), ("civility", TEXT, ""), ("first_name", TEXT, "")),
    "piece": (("kind", TEXT, "FACTURE"),),
    "flux": (("signing_ref", TEXT, ""), ("signing_history", TEXT, None)),
}
"""Name, type and value in the rows that are there; None: it may be empty."""


def upgrade() -> None:
    """Add the columns; bordereaux are numbered by kind."""
    for table, columns in COLUMNS.items():
        for name, kind, value in columns:
            op.add_column(table, sa.Column(name, kind, nullable=value is None, server_default=value))
    op.drop_index("uq_bordereau_siret_exercice_number", "bordereau")
    columns_of = ["collectivite", "siret", "exercice", "kind", "number"]
    op.create_index("uq_bordereau_siret_exercice_kind_number", "bordereau", columns_of, unique=True)
