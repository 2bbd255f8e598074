"""What each transaction wrote, sealed one after the other as events are; where the last seal is kept, apart from them.

The rows that are there are sealed by `base migrer`, once the tables are there: see `store.seals`.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TEXT: Final = sa.Text()
WHOLE: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NEVER_REWRITTEN: Final = "Un sceau ne se modifie pas et ne se retire pas."


def upgrade() -> None:
    """Add the table, empty and written once, and the columns."""
    op.add_column("chain", sa.Column("seals", WHOLE, nullable=False, server_default="0"))
    op.add_column("chain", sa.Column("seal", TEXT, nullable=False, server_default=""))
    op.create_table(
        "seal",
        sa.Column("collectivite", TEXT, primary_key=True),
        sa.Column("sequence", WHOLE, primary_key=True),
        sa.Column("at", TEXT, nullable=False),
        sa.Column("events", WHOLE, nullable=False),
        *(sa.Column(name, TEXT, nullable=False) for name in ("journal", "content", "hash")),
        sqlite_strict=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION seal_is_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{NEVER_REWRITTEN}'; END $$"
        )
    for change in ("UPDATE", "DELETE"):
        op.execute(_trigger(change, op.get_bind().dialect.name))


def _trigger(change: str, dialect: str) -> str:
    name = f"seal_no_{change.lower()}"
    if dialect == "postgresql":
        return f"CREATE TRIGGER {name} BEFORE {change} ON seal FOR EACH ROW EXECUTE FUNCTION seal_is_never_rewritten()"
    return f"CREATE TRIGGER {name} BEFORE {change} ON seal BEGIN SELECT RAISE(ABORT, '{NEVER_REWRITTEN}'); END"
