"""Followed to the payment: attempts to deposit, links, why a mandat came back, when the comptable said what."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()
WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

COLUMNS: Final[dict[str, tuple[tuple[str, str | None], ...]]] = {
    "flux": (("sent_at", None), ("asked_at", None), ("refused_at", None)),
    "mandat": (("reasons", "[]"), ("taken_on", None), ("held_on", None), ("rejected_on", None)),
    "reception": (("status_on", None),),
}
"""Name and value in the rows that are there; None: it may be empty."""
FLAGS: Final = (("mandat", "paid_shown"), ("mandat", "reissued"), ("structure", "payments_untold"))

TABLES: Final[dict[str, tuple[dict[str, sa.types.TypeEngine[Any]], frozenset[str]]]] = {
    "attempt": (
        {
            "flux": TEXT,
            "number": WHOLE,
            "transmitter": TEXT,
            "sha256": TEXT,
            "sha1": TEXT,
            "size": WHOLE,
            "started_at": TEXT,
            "by": TEXT,
            "state": TEXT,
            "ended_at": TEXT,
            "remote_id": TEXT,
            "message": TEXT,
        },
        frozenset({"ended_at"}),
    ),
    "link": (
        {"name": TEXT, "certificate_expires_on": TEXT, "tried_at": TEXT, "trouble": TEXT, "troubled_since": TEXT},
        frozenset({"certificate_expires_on", "troubled_since"}),
    ),
}
"""Columns of the new tables, and those that may be empty."""


def upgrade() -> None:
    """Add the tables and the columns; a flow that has left takes the instant that the journal tells."""
    for name, (attributes, empty) in TABLES.items():
        keys = [sa.Column(key, TEXT, primary_key=True) for key in ("collectivite", "id")]
        rest = [sa.Column(column, kind, nullable=column in empty) for column, kind in attributes.items()]
        op.create_table(name, *keys, *rest, sqlite_strict=True)
    op.create_index("ix_attempt_flux", "attempt", ["collectivite", "flux"])
    op.create_index("ix_answer_flux", "answer", ["collectivite", "flux"])
    for table, columns in COLUMNS.items():
        for name, value in columns:
            op.add_column(table, sa.Column(name, TEXT, nullable=value is None, server_default=value))
    for table, name in FLAGS:
        op.add_column(table, sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    _date_what_has_left()


def _date_what_has_left() -> None:
    event = sa.table("event", *map(sa.column, ("collectivite", "subject_id", "after", "at")))
    flux = sa.table("flux", *map(sa.column, ("collectivite", "id", "sent_at")))
    left = (
        sa.select(sa.func.max(event.c.at))
        .where(event.c.collectivite == flux.c.collectivite, event.c.subject_id == flux.c.id)
        .where(event.c.after == "TRANSMITTED")
        .scalar_subquery()
    )
    op.execute(flux.update().values(sent_at=left))
