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
OLDER: Final = "Cette base est passée à une version plus récente de dematfin : relancez ce programme."
UNSEALED: Final = "WHEN (NEW.sequence <> OLD.sequence AND NEW.seals = OLD.seals)"
"""A process of the version before, that goes on without sealing what it writes: it is told to begin again."""


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
    refused = _refused_on_postgresql if op.get_bind().dialect.name == "postgresql" else _refused_on_sqlite
    for change in ("UPDATE", "DELETE"):
        refused(f"seal_no_{change.lower()}", f"BEFORE {change} ON seal", "", NEVER_REWRITTEN)
    refused("chain_goes_with_seals", "BEFORE UPDATE ON chain", UNSEALED, OLDER)


def _refused_on_sqlite(name: str, event: str, when: str, why: str) -> None:
    op.execute(f"CREATE TRIGGER {name} {event} {when} BEGIN SELECT RAISE(ABORT, '{why}'); END")


def _refused_on_postgresql(name: str, event: str, when: str, why: str) -> None:
    raising = f"$$ BEGIN RAISE EXCEPTION '{why}'; END $$"
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS {raising}")
    op.execute(f"CREATE TRIGGER {name} {event} FOR EACH ROW {when} EXECUTE FUNCTION {name}()")
