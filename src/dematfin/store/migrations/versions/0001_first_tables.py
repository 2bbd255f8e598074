"""The first tables: their key, then the type of each column."""

from typing import Any, Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT: Final = (sa.Text(), False)
MAYBE_TEXT: Final = (sa.Text(), True)
WHOLE: Final = (sa.BigInteger().with_variant(sa.Integer(), "sqlite"), False)
FLAG: Final = (sa.Integer(), False)

TABLES: Final[dict[str, tuple[tuple[str, ...], dict[str, tuple[sa.types.TypeEngine[Any], bool]]]]] = {
    "person": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "name": TEXT,
            "roles": TEXT,
            "system_user": TEXT,
            "desks": TEXT,
            "active": FLAG,
        },
    ),
    "structure": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "name": TEXT,
            "service_required": FLAG,
            "engagement_required": FLAG,
            "either_required": FLAG,
            "services": TEXT,
        },
    ),
    "budget_year": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "siret": TEXT,
            "exercice": WHOLE,
            "last_mandat": WHOLE,
            "last_bordereau": WHOLE,
            "cumul": WHOLE,
        },
    ),
    "engagement": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "siret": TEXT,
            "number": TEXT,
            "label": TEXT,
            "tiers": TEXT,
            "amount": WHOLE,
            "imputation": TEXT,
            "marche": TEXT,
            "open": FLAG,
        },
    ),
    "tiers": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "name": TEXT,
            "identifier": TEXT,
            "identifier_kind": TEXT,
            "siren": TEXT,
            "category": TEXT,
            "legal_nature": TEXT,
            "address": TEXT,
            "account": TEXT,
        },
    ),
    "cursor": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "day": TEXT,
        },
    ),
    "reception": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "number": TEXT,
            "status": TEXT,
            "status_at": TEXT,
            "elsewhere": FLAG,
            "state": TEXT,
            "raw": MAYBE_TEXT,
            "notified_on": MAYBE_TEXT,
            "invoice_id": TEXT,
            "error": TEXT,
        },
    ),
    "invoice": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "origin": TEXT,
            "remote_id": TEXT,
            "episode": WHOLE,
            "state": TEXT,
            "content": TEXT,
            "number": TEXT,
            "number_key": TEXT,
            "siret": TEXT,
            "supplier_siren": TEXT,
            "ttc": WHOLE,
            "main_file": TEXT,
            "remote_status": TEXT,
            "notified_on": TEXT,
            "executed_on": MAYBE_TEXT,
            "findings": TEXT,
        },
    ),
    "visa_folder": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "invoice_id": TEXT,
            "desk": TEXT,
            "state": TEXT,
            "activated_on": TEXT,
            "due_on": TEXT,
            "decided_by": TEXT,
            "decided_at": MAYBE_TEXT,
            "motive": MAYBE_TEXT,
            "comment": TEXT,
        },
    ),
    "piece": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "invoice_id": TEXT,
            "name": TEXT,
            "media_type": TEXT,
            "description": TEXT,
            "document": TEXT,
            "accepted_in": TEXT,
        },
    ),
    "mandat": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "siret": TEXT,
            "exercice": WHOLE,
            "state": TEXT,
            "number": WHOLE,
            "bordereau": TEXT,
            "tiers": TEXT,
            "label": TEXT,
            "reference": TEXT,
            "marche": TEXT,
            "dgp": TEXT,
            "lines": TEXT,
            "shares": TEXT,
            "pieces": TEXT,
            "amount": WHOLE,
            "paid": WHOLE,
            "paid_on": MAYBE_TEXT,
            "reason": TEXT,
            "burnt": TEXT,
        },
    ),
    "bordereau": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "siret": TEXT,
            "exercice": WHOLE,
            "number": WHOLE,
            "emitted_on": TEXT,
            "mandats": TEXT,
            "total": WHOLE,
            "cumul": WHOLE,
            "flux": TEXT,
            "sent_before": TEXT,
            "refused": FLAG,
            "prepared_by": TEXT,
        },
    ),
    "flux": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "siret": TEXT,
            "state": TEXT,
            "bordereaux": TEXT,
            "pieces": TEXT,
            "unsigned": TEXT,
            "signed": MAYBE_TEXT,
            "signed_by": TEXT,
            "remote_id": TEXT,
            "replaces": TEXT,
            "sending_since": MAYBE_TEXT,
            "arrived": FLAG,
            "acquit": TEXT,
            "message": TEXT,
        },
    ),
    "intention": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "sequence": WHOLE,
            "invoice_id": TEXT,
            "remote_id": TEXT,
            "status": TEXT,
            "motif": TEXT,
            "mandat": TEXT,
            "state": TEXT,
            "attempts": WHOLE,
            "outcome": TEXT,
            "formed_at": TEXT,
        },
    ),
    "answer": (
        ("collectivite", "id"),
        {
            "collectivite": TEXT,
            "id": TEXT,
            "kind": TEXT,
            "name": TEXT,
            "flux": TEXT,
            "received_at": TEXT,
            "document": TEXT,
            "state": TEXT,
            "remarks": TEXT,
        },
    ),
    "event": (
        ("collectivite", "sequence"),
        {
            "collectivite": TEXT,
            "sequence": WHOLE,
            "subject": TEXT,
            "subject_id": TEXT,
            "before": TEXT,
            "after": TEXT,
            "at": TEXT,
            "by": TEXT,
            "motif": TEXT,
            "data": TEXT,
            "hash": TEXT,
        },
    ),
    "chain": (
        ("collectivite",),
        {
            "collectivite": TEXT,
            "genesis": TEXT,
            "sequence": WHOLE,
            "hash": TEXT,
        },
    ),
    "series": (
        ("collectivite", "name"),
        {
            "collectivite": TEXT,
            "name": TEXT,
            "last": WHOLE,
        },
    ),
    "lease": (
        ("collectivite", "step"),
        {
            "collectivite": TEXT,
            "step": TEXT,
            "holder": TEXT,
            "since": TEXT,
            "until": TEXT,
        },
    ),
}

INDEXES: Final = (
    ("ix_tiers_siren", "tiers", ["collectivite", "siren"], False),
    ("ix_reception_state", "reception", ["collectivite", "state"], False),
    ("ix_invoice_main_file", "invoice", ["collectivite", "main_file"], False),
    ("ix_invoice_state", "invoice", ["collectivite", "state"], False),
    ("ix_invoice_supplier_siren", "invoice", ["collectivite", "supplier_siren"], False),
    ("uq_invoice_origin_remote_id", "invoice", ["collectivite", "origin", "remote_id"], True),
    ("ix_visa_folder_invoice_id", "visa_folder", ["collectivite", "invoice_id"], False),
    ("ix_visa_folder_state", "visa_folder", ["collectivite", "state"], False),
    ("ix_piece_invoice_id", "piece", ["collectivite", "invoice_id"], False),
    ("ix_mandat_bordereau", "mandat", ["collectivite", "bordereau"], False),
    ("ix_mandat_number", "mandat", ["collectivite", "number"], False),
    ("ix_mandat_state", "mandat", ["collectivite", "state"], False),
    ("ix_bordereau_flux", "bordereau", ["collectivite", "flux"], False),
    ("uq_bordereau_siret_exercice_number", "bordereau", ["collectivite", "siret", "exercice", "number"], True),
    ("ix_flux_state", "flux", ["collectivite", "state"], False),
    ("ix_intention_invoice_id", "intention", ["collectivite", "invoice_id"], False),
    ("ix_intention_state", "intention", ["collectivite", "state"], False),
    ("ix_answer_state", "answer", ["collectivite", "state"], False),
    ("ix_event_subject", "event", ["collectivite", "subject_id"], False),
)

NEVER_REWRITTEN: Final = "Le journal ne se modifie pas."


def upgrade() -> None:
    """Make every table, and a journal that can only grow."""
    for name, (key, columns) in TABLES.items():
        made = [sa.Column(column, kind, nullable=empty) for column, (kind, empty) in columns.items()]
        op.create_table(name, *made, sa.PrimaryKeyConstraint(*key), sqlite_strict=True)
    for name, table, attributes, unique in INDEXES:
        op.create_index(name, table, attributes, unique=unique)
    _one_person_an_account()
    _protect_journal(op.get_bind().dialect.name)


def _one_person_an_account() -> None:
    given = sa.text("system_user != ''")
    op.create_index(
        "uq_person_system_user",
        "person",
        ["collectivite", "system_user"],
        unique=True,
        sqlite_where=given,
        postgresql_where=given,
    )


def _protect_journal(dialect: str) -> None:
    if dialect == "postgresql":
        op.execute(
            "CREATE FUNCTION event_is_never_rewritten() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{NEVER_REWRITTEN}'; END $$"
        )
    for change in ("UPDATE", "DELETE"):
        name = f"event_no_{change.lower()}"
        if dialect == "postgresql":
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON event "
                "FOR EACH ROW EXECUTE FUNCTION event_is_never_rewritten()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {change} ON event BEGIN SELECT RAISE(ABORT, '{NEVER_REWRITTEN}'); END"
            )
