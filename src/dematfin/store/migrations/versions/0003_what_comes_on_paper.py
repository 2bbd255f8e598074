"""What comes on paper: batches, their pages, the documents that are not invoices yet."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TEXT: Final = (sa.Text(), False)
MAYBE_TEXT: Final = (sa.Text(), True)
WHOLE: Final = (sa.BigInteger().with_variant(sa.Integer(), "sqlite"), False)
MAYBE_WHOLE: Final = (sa.BigInteger().with_variant(sa.Integer(), "sqlite"), True)
FLAG: Final = (sa.Integer(), False)
MAYBE_FLAG: Final = (sa.Integer(), True)

TABLES: Final[dict[str, dict[str, tuple[sa.types.TypeEngine[Any], bool]]]] = {
    "batch": {
        "claim": TEXT,
        "door": TEXT,
        "name": TEXT,
        "place": TEXT,
        "original": TEXT,
        "fingerprint": TEXT,
        "pdf": MAYBE_TEXT,
        "annexes": TEXT,
        "state": TEXT,
        "taken_at": TEXT,
        "received_on": MAYBE_TEXT,
        "expected": MAYBE_WHOLE,
        "pages": WHOLE,
        "duplex": FLAG,
        "remarks": TEXT,
        "reason": TEXT,
        "error": TEXT,
        "twin": TEXT,
        "forced": FLAG,
        "manifest": MAYBE_TEXT,
    },
    "scanned_page": {
        "batch": TEXT,
        "page": WHOLE,
        "digest": TEXT,
        "verdict": TEXT,
        "piece": WHOLE,
        "document": TEXT,
        "mark": TEXT,
        "route": TEXT,
        "serial": WHOLE,
        "rung": TEXT,
        "turn": WHOLE,
        "suspicion": TEXT,
        "ghost": FLAG,
        "blank": MAYBE_FLAG,
    },
    "capture": {
        "batch": TEXT,
        "place": WHOLE,
        "pages": TEXT,
        "key": TEXT,
        "document": TEXT,
        "annexes": TEXT,
        "route": TEXT,
        "serial": TEXT,
        "siret": TEXT,
        "service": TEXT,
        "turn": WHOLE,
        "state": TEXT,
        "reason": TEXT,
        "read": FLAG,
        "proposals": TEXT,
        "invoice_id": TEXT,
        "made_at": TEXT,
    },
}
INDEXES: Final = {
    "batch": (("state",), ("fingerprint",), ("claim",)),
    "scanned_page": (("batch",),),
    "capture": (("state",), ("batch",)),
}


def upgrade() -> None:
    """Make the three tables."""
    for name, columns in TABLES.items():
        keys = [sa.Column(key, sa.Text(), primary_key=True) for key in ("collectivite", "id")]
        made = [sa.Column(column, kind, nullable=empty) for column, (kind, empty) in columns.items()]
        op.create_table(name, *keys, *made, sqlite_strict=True)
        for group in INDEXES[name]:
            op.create_index(f"ix_{name}_{'_'.join(group)}", name, ["collectivite", *group])
