"""Circuits of visa: folders with several steps, their desks, absences, added documents, reminders, accounts."""

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXT: Final = (sa.Text(), False)
MAYBE_TEXT: Final = (sa.Text(), True)
WHOLE: Final = (sa.BigInteger().with_variant(sa.Integer(), "sqlite"), False)
FLAG: Final = (sa.Integer(), False)
DAYS: Final = 30
DECIDED: Final = {"APPROVED": "VISA", "REFUSED": "REFUSAL"}

TABLES: Final[dict[str, dict[str, tuple[sa.types.TypeEngine[Any], bool]]]] = {
    "visa_folder": {
        "invoice_id": TEXT,
        "circuit": TEXT,
        "state": TEXT,
        "steps": TEXT,
        "remote": TEXT,
        "slip": MAYBE_TEXT,
    },
    "visa_task": {
        "folder": TEXT,
        "invoice_id": TEXT,
        "desk": TEXT,
        "waiting": FLAG,
        "due_on": TEXT,
        "pay_by": TEXT,
        "urgency": TEXT,
    },
    "supporting": {
        "folder": TEXT,
        "invoice_id": TEXT,
        "name": TEXT,
        "media_type": TEXT,
        "document": TEXT,
        "added_by": TEXT,
        "added_at": TEXT,
    },
    "account": {
        "salt": TEXT,
        "digest": TEXT,
        "failures": WHOLE,
        "locked_until": MAYBE_TEXT,
        "changed_at": TEXT,
    },
    "remote_folder": {
        "folder": TEXT,
        "invoice_id": TEXT,
        "state": TEXT,
        "made_on": TEXT,
        "alert_on": TEXT,
        "sent_at": MAYBE_TEXT,
        "status": TEXT,
        "annexes": WHOLE,
        "refused": FLAG,
        "history": MAYBE_TEXT,
        "documents": TEXT,
        "trouble": TEXT,
    },
    "circuit": {"key": TEXT, "version": WHOLE, "steps": TEXT},
    "delegation": {
        "absent": TEXT,
        "substitute": TEXT,
        "starts_on": TEXT,
        "ends_on": TEXT,
        "desks": TEXT,
        "reason": TEXT,
        "decree": TEXT,
        "made_by": TEXT,
        "made_at": TEXT,
        "ended_on": MAYBE_TEXT,
    },
    "waiver": {"subject": TEXT, "subject_id": TEXT, "person": TEXT, "what": TEXT, "made_on": TEXT},
    "reminder": {
        "folder": TEXT,
        "invoice_id": TEXT,
        "level": TEXT,
        "recipient": TEXT,
        "day": TEXT,
        "mail": TEXT,
        "state": TEXT,
        "outcome": TEXT,
        "formed_at": TEXT,
    },
}
INDEXES: Final = {
    "visa_folder": (("state", "slip"), ("invoice_id",)),
    "visa_task": (("folder",), ("waiting", "desk", "urgency"), ("waiting", "due_on")),
    "supporting": (("folder",),),
    "account": (),
    "remote_folder": (("state",),),
    "circuit": (("key",),),
    "delegation": (),
    "waiver": (("subject_id",),),
    "reminder": (("folder", "level", "day"), ("level", "day"), ("state",)),
}


def upgrade() -> None:
    """Make the tables, and write each folder anew as a circuit of one step."""
    connection = op.get_bind()
    op.add_column("invoice", sa.Column("admitted", WHOLE[0], nullable=True))
    op.add_column("engagement", sa.Column("engaged_on", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("email", sa.Text(), nullable=False, server_default=""))
    old = [dict(row) for row in connection.execute(sa.text("SELECT * FROM visa_folder")).mappings()]
    bills = connection.execute(sa.text("SELECT collectivite, id, notified_on, executed_on FROM invoice")).mappings()
    invoices = {(row["collectivite"], row["id"]): dict(row) for row in bills}
    op.drop_table("visa_folder")
    for name, columns in TABLES.items():
        _create(name, columns)
    for folder in old:
        invoice = invoices.get((folder["collectivite"], folder["invoice_id"]))
        connection.execute(_insert("visa_folder"), _folder(folder, invoice or {}))
        if folder["state"] == "IN_CIRCUIT" and invoice:
            connection.execute(_insert("visa_task"), _task(folder, invoice))


def _create(name: str, columns: Mapping[str, tuple[sa.types.TypeEngine[Any], bool]]) -> None:
    keys = [sa.Column(key, sa.Text(), primary_key=True) for key in ("collectivite", "id")]
    made = [sa.Column(column, kind, nullable=empty) for column, (kind, empty) in columns.items()]
    op.create_table(name, *keys, *made, sqlite_strict=True)
    for group in INDEXES[name]:
        op.create_index(f"ix_{name}_{'_'.join(group)}", name, ["collectivite", *group])


def _insert(table: str) -> sa.TextClause:
    names = ("collectivite", "id", *TABLES[table])
    return sa.text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join(f':{name}' for name in names)})")  # noqa: S608 - our names


def _folder(old: Mapping[str, Any], invoice: Mapping[str, Any]) -> dict[str, Any]:
    state = {"IN_CIRCUIT": "CURRENT", "WITHDRAWN": "CURRENT"}.get(old["state"], old["state"])
    decision = {
        "kind": DECIDED.get(old["state"], ""),
        "desk": old["desk"],
        "by": old["decided_by"],
        "at": old["decided_at"],
        "executed_on": invoice.get("executed_on") if old["state"] == "APPROVED" else None,
        "motive": old["motive"],
        "comment": old["comment"],
    }
    step = {
        "desks": [old["desk"]],
        "quorum": "un",
        "state": state,
        "activated_on": old["activated_on"],
        "due_on": old["due_on"],
        "decisions": [decision] if decision["kind"] else [],
    }
    kept = {name: old[name] for name in ("collectivite", "id", "invoice_id", "state")}
    return kept | {"circuit": "service/1", "steps": json.dumps([step]), "remote": "", "slip": None}


def _task(old: Mapping[str, Any], invoice: Mapping[str, Any]) -> dict[str, Any]:
    start = max(invoice["notified_on"], invoice["executed_on"] or invoice["notified_on"])
    pay_by = (date.fromisoformat(start) + timedelta(days=DAYS)).isoformat()
    kept = {name: old[name] for name in ("collectivite", "invoice_id", "desk", "due_on")}
    row = {"id": f"{old['id']}/{old['desk']}", "folder": old["id"], "waiting": 1, "pay_by": pay_by}
    return kept | row | {"urgency": f"{pay_by} {old['due_on']} {old['id']}"}
