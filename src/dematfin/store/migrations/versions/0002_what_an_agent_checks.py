"""What an agent checks by eye: accounts, credits, decided pairs, corrected references, statuses gone through."""

import json
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

from dematfin.domain.invoice.invoice import search_key
from dematfin.domain.registers import engagement_id

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT: Final = sa.Text()
FLAG: Final = sa.Integer()

NEW_TABLES: Final[dict[str, dict[str, sa.types.TypeEngine[Any]]]] = {
    "credit": {
        "siret": TEXT,
        "exercice": WHOLE,
        "chapter": TEXT,
        "investment": FLAG,
        "available": WHOLE,
        "mandated": WHOLE,
    },
    "known_account": {
        "siren": TEXT,
        "iban": TEXT,
        "name": TEXT,
        "seen_in": TEXT,
        "seen_on": TEXT,
        "trusted": FLAG,
        "calls": TEXT,
    },
    "pair": {"first": TEXT, "second": TEXT, "distinct": FLAG, "by": TEXT, "motif": TEXT},
}
NEW_COLUMNS: Final[dict[str, dict[str, tuple[sa.types.TypeEngine[Any], str | None]]]] = {
    "engagement": {"left": (WHOLE, None), "mandated": (WHOLE, "0")},
    "invoice": {
        "supplier_key": (TEXT, ""),
        "iban": (TEXT, ""),
        "issued_on": (TEXT, ""),
        "service": (TEXT, ""),
        "engagement": (TEXT, ""),
        "engagement_key": (TEXT, ""),
        "marche": (TEXT, ""),
        "interrupted_on": (TEXT, None),
        "letter": (TEXT, None),
        "passages": (TEXT, "[]"),
        "forced": (TEXT, "[]"),
    },
    "mandat": {"engagement": (TEXT, "")},
    "reception": {"passages": (TEXT, "[]")},
    "structure": {"password_expires_on": (TEXT, None), "local": (FLAG, "0")},
}
"""With the value that rows already there take; None where the column may be empty."""

INDEXES: Final = {
    "invoice": (
        ("supplier_siren", "number_key"),
        ("supplier_siren", "ttc", "issued_on"),
        ("number_key", "issued_on", "id"),
        ("ttc",),
        ("engagement_key",),
        ("remote_id",),
        ("issued_on", "id", "supplier_key", "number_key", "iban"),
    ),
    "mandat": (("reference",),),
    "known_account": (("siren",),),
    "pair": (("first",), ("second",)),
}


def upgrade() -> None:
    """Make what is new, then fill it from what was there."""
    for table, columns in NEW_TABLES.items():
        keys = [sa.Column(name, TEXT, primary_key=True) for name in ("collectivite", "id")]
        filled = [sa.Column(name, kind, nullable=False) for name, kind in columns.items()]
        op.create_table(table, *keys, *filled, sqlite_strict=True)
    for table, added in NEW_COLUMNS.items():
        for name, (kind, default) in added.items():
            op.add_column(table, sa.Column(name, kind, nullable=default is None, server_default=default))
    op.drop_column("reception", "notified_on")
    op.drop_index("ix_invoice_supplier_siren", "invoice")
    for table, groups in INDEXES.items():
        for group in groups:
            op.create_index(f"ix_{table}_{'_'.join(group)}", table, ["collectivite", *group])
    _fill_invoices(op.get_bind())
    _trust_accounts(op.get_bind())


def _fill_invoices(base: sa.Connection) -> None:
    """Take the columns that the ledger searches by from the content of each invoice."""
    columns = ("supplier_key", "iban", "issued_on", "service", "engagement", "engagement_key", "marche")
    invoice = sa.table("invoice", *(sa.column(name) for name in ("collectivite", "id", "siret", "content", *columns)))
    for row in base.execute(sa.select(invoice)).mappings().all():
        content = json.loads(row["content"])
        engagement = content["engagement"]
        base.execute(
            invoice.update()
            .where(invoice.c.collectivite == row["collectivite"], invoice.c.id == row["id"])
            .values(
                supplier_key=search_key(content["supplier"]["name"]),
                iban=content["supplier"]["iban"],
                issued_on=content["issued_on"],
                service=content["service_code"],
                engagement=engagement,
                engagement_key=engagement_id(row["siret"], engagement) if engagement else "",
                marche=content["marche"],
            )
        )


def _trust_accounts(base: sa.Connection) -> None:
    """The accounts of the register, on which payments have been made, are the ones that others are compared with."""
    tiers = sa.table("tiers", *(sa.column(name) for name in ("collectivite", "siren", "name", "account")))
    accounts = {
        (row["collectivite"], row["siren"], json.loads(row["account"])["iban"]): row["name"]
        for row in base.execute(sa.select(tiers)).mappings()
    }
    known = sa.table(
        "known_account", *(sa.column(name) for name in ("collectivite", "id", *NEW_TABLES["known_account"]))
    )
    for (collectivite, siren, iban), name in accounts.items():
        base.execute(
            known.insert().values(
                collectivite=collectivite,
                id=f"{siren}:{iban}",
                siren=siren,
                iban=iban,
                name=name,
                seen_in="registre des tiers",
                seen_on="1970-01-01",
                trusted=1,
                calls="[]",
            )
        )
