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
        ("subcontract", TEXT, ""),
        ("assignment", TEXT, ""),
        ("rubrique", TEXT, ""),
        ("cases", TEXT, "[]"),
    ),
    "bordereau": (("kind", TEXT, "01"), ("tva", WHOLE, "0")),
    "budget_year": (("last_reduction", WHOLE, "0"), ("last_reduction_bordereau", WHOLE, "0"), ("reduced", WHOLE, "0")),
    "tiers": (("complement", TEXT, ""), ("civility", TEXT, ""), ("first_name", TEXT, "")),
    "piece": (
        ("kind", TEXT, "FACTURE"),
        ("kept_for", TEXT, ""),
        ("carried_in", TEXT, "[]"),
        ("sealed", TEXT, ""),
        ("refused_in", TEXT, "[]"),
        ("refusal", TEXT, ""),
        ("replaced_by", TEXT, ""),
    ),
    "flux": (
        ("signing_ref", TEXT, ""),
        ("signing_since", TEXT, None),
        ("signing_history", TEXT, None),
        ("on_paper", sa.Integer(), "0"),
    ),
}
"""Name, type and value in the rows that are there; None: it may be empty."""


TABLES: Final[dict[str, tuple[dict[str, sa.types.TypeEngine[Any]], frozenset[str]]]] = {
    "subcontract": (
        {
            "marche": TEXT,
            "key": TEXT,
            "holder": TEXT,
            "tiers": TEXT,
            "firm": TEXT,
            "name": TEXT,
            "ceiling": WHOLE,
            "reverse_charge": sa.Integer(),
            "ended_on": TEXT,
        },
        frozenset({"ended_on"}),
    ),
    "assignment": (
        {
            "firm": TEXT,
            "supplier": TEXT,
            "factor": TEXT,
            "payee": TEXT,
            "marche": TEXT,
            "key": TEXT,
            "notified_on": TEXT,
            "calls": TEXT,
            "ended_on": TEXT,
        },
        frozenset({"ended_on"}),
    ),
}
"""Columns of the new tables, and those that may be empty; each is found by the firm."""
NAMED_BEFORE: Final = {"AVOIR": ("Avoir %",), "ANNEXE": ("Annexe %", "Fiche de visa %")}
"""Kinds of the documents that are there, told from the words that dematfin wrote on them."""


def upgrade() -> None:
    """Add the tables and the columns; bordereaux are numbered by kind."""
    _add_tables()
    for table, columns in COLUMNS.items():
        for name, kind, value in columns:
            op.add_column(table, sa.Column(name, kind, nullable=value is None, server_default=value))
    op.drop_index("uq_bordereau_siret_exercice_number", "bordereau")
    columns_of = ["collectivite", "siret", "exercice", "kind", "number"]
    op.create_index("uq_bordereau_siret_exercice_kind_number", "bordereau", columns_of, unique=True)
    _find_documents()


def _add_tables() -> None:
    for name, (attributes, empty) in TABLES.items():
        keys = [sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")]
        rest = [sa.Column(column, kind, nullable=column in empty) for column, kind in attributes.items()]
        op.create_table(name, *keys, *rest, sqlite_strict=True)
        op.create_index(f"ix_{name}_firm", name, ["collectivite", "firm"])


def _find_documents() -> None:
    for name, column in (("piece", "kept_for"), ("mandat", "subcontract"), ("mandat", "marche")):
        op.create_index(f"ix_{name}_{column}", name, ["collectivite", column])
    piece = sa.table("piece", sa.column("kind"), sa.column("description"))
    for what, beginnings in NAMED_BEFORE.items():
        for beginning in beginnings:
            op.execute(piece.update().where(piece.c.description.like(beginning)).values(kind=what))
