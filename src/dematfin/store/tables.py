"""The tables: one for each kind of record, a column for each attribute, keyed by (collectivité, id)."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Column, Index, MetaData, Table, Text

from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.editor.pairing import Pairing
from dematfin.domain.exchange.hand_over import HandOver
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.duplicates import Pair
from dematfin.domain.invoice.indexed import Indexed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.link import Link
from dematfin.domain.mandat.attempt import Attempt
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.budget import BudgetYear
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import Capture
from dematfin.domain.paper.pages import Page
from dematfin.domain.parties.account import Account
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.payee import Assignment, Subcontract
from dematfin.domain.parties.person import Person
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.reception import Answer, Cursor, Reception
from dematfin.domain.registers import Credit, Engagement, StructureRules
from dematfin.domain.report.snapshot import Snapshot
from dematfin.domain.restoration import Restored, Trace
from dematfin.domain.retention.elimination import Eliminated, Elimination, Gone, Hold
from dematfin.domain.retention.transfer import Transfer
from dematfin.domain.tally.happening import Happening
from dematfin.domain.tally.reached import Reached
from dematfin.domain.tally.settlement import Settlement
from dematfin.domain.tally.stay import Stay
from dematfin.domain.tally.uncounted import Uncounted
from dematfin.domain.unattended.alarm import Alarm
from dematfin.domain.unattended.run import Run
from dematfin.domain.visa.circuit import Circuit
from dematfin.domain.visa.delegation import Delegation
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.reminders import Reminder
from dematfin.domain.visa.remote import RemoteFolder
from dematfin.domain.visa.supporting import Supporting
from dematfin.domain.visa.task import VisaTask
from dematfin.store.codec import hints
from dematfin.store.columns import WHOLE, Instant, column_type

METADATA: Final = MetaData()


def _records(
    name: str, kind: type, indexes: Sequence[Sequence[str]] = (), unique: Sequence[Sequence[str]] = ()
) -> Table:
    """Return the table of one kind of record."""
    columns = [Column("collectivite", Text(), primary_key=True), Column("id", Text(), primary_key=True)]
    for attribute, annotation in hints(kind).items():
        if attribute != "id":
            of_type, empty = column_type(annotation)
            columns.append(Column(attribute, of_type, nullable=empty))
    table = Table(name, METADATA, *columns, sqlite_strict=True)
    for prefix, groups in (("ix", indexes), ("uq", unique)):
        for group in groups:
            columns_of = [table.c.collectivite, *(table.c[one] for one in group)]
            Index(f"{prefix}_{name}_{'_'.join(group)}", *columns_of, unique=prefix == "uq")
    return table


RECORDS: Final[dict[type[Any], Table]] = {
    Person: _records("person", Person),
    Account: _records("account", Account),
    Waiver: _records("waiver", Waiver, [["subject_id"]]),
    StructureRules: _records("structure", StructureRules),
    BudgetYear: _records("budget_year", BudgetYear),
    Engagement: _records("engagement", Engagement),
    Credit: _records("credit", Credit),
    Tiers: _records("tiers", Tiers, [["siren"]]),
    KnownAccount: _records("known_account", KnownAccount, [["siren"]]),
    Cursor: _records("cursor", Cursor),
    Reception: _records("reception", Reception, [["state"]]),
    Invoice: _records(
        "invoice",
        Invoice,
        [
            ["state"],
            ["supplier_siren", "number_key"],
            ["supplier_siren", "ttc", "issued_on"],
            ["number_key", "issued_on", "id"],
            ["ttc"],
            ["main_file"],
            ["engagement_key"],
            ["remote_id"],
            ["issued_on", "id", "supplier_key", "number_key", "iban"],
            ["supplier_key", "issued_on", "id"],
        ],
        unique=[["origin", "remote_id"]],
    ),
    Batch: _records("batch", Batch, [["state"], ["fingerprint"], ["claim"]]),
    Page: _records("scanned_page", Page, [["batch"]]),
    Capture: _records("capture", Capture, [["state"], ["batch"]]),
    Pair: _records("pair", Pair, [["first"], ["second"]]),
    VisaFolder: _records("visa_folder", VisaFolder, [["state", "slip"], ["invoice_id"]]),
    VisaTask: _records("visa_task", VisaTask, [["folder"], ["waiting", "desk", "urgency"], ["waiting", "due_on"]]),
    RemoteFolder: _records("remote_folder", RemoteFolder, [["state"]]),
    Supporting: _records("supporting", Supporting, [["folder"]]),
    Circuit: _records("circuit", Circuit, [["key"]]),
    Delegation: _records("delegation", Delegation),
    Reminder: _records("reminder", Reminder, [["folder", "level", "day"], ["level", "day"], ["state"]]),
    Subcontract: _records("subcontract", Subcontract, [["firm"]]),
    Assignment: _records("assignment", Assignment, [["firm"]]),
    Piece: _records("piece", Piece, [["invoice_id"], ["kept_for"]]),
    Mandat: _records(
        "mandat",
        Mandat,
        [
            ["state"],
            ["bordereau"],
            ["number"],
            ["reference"],
            ["subcontract"],
            ["marche"],
            ["editor", "kind", "exercice", "siret", "state", "bordereau", "amount"],
        ],
    ),
    Bordereau: _records(
        "bordereau", Bordereau, [["flux"], ["emitted_on", "id"]], unique=[["siret", "exercice", "kind", "number"]]
    ),
    Flux: _records("flux", Flux, [["state"], ["replaces"]]),
    EditorFlow: _records("editor_flow", EditorFlow, [["state"], ["flux"]]),
    Pairing: _records("pairing", Pairing, [["editor_flow"], ["invoice_id"]]),
    HandOver: _records("hand_over", HandOver, [["state"], ["key"], ["delivery"]]),
    Attempt: _records("attempt", Attempt, [["flux"]]),
    Link: _records("link", Link),
    Intention: _records("intention", Intention, [["state"], ["invoice_id"]]),
    Answer: _records("answer", Answer, [["state"], ["flux"]]),
    Stay: _records("stay", Stay, [["until", "since"], ["invoice_id"]]),
    Settlement: _records("settlement", Settlement, [["known_at"], ["invoice_id"]]),
    Happening: _records("happening", Happening, [["at"], ["what", "about"]]),
    Reached: _records("reached", Reached),
    Uncounted: _records("uncounted", Uncounted, [["waiting"]]),
    Indexed: _records("indexed", Indexed, [["waiting", "id"]]),
    Snapshot: _records("snapshot", Snapshot),
    Run: _records("run", Run),
    Alarm: _records("alarm", Alarm),
    Elimination: _records("elimination", Elimination),
    Gone: _records("gone", Gone),
    Eliminated: _records("eliminated", Eliminated, [["elimination", "removed"]]),
    Hold: _records("hold", Hold),
    Transfer: _records("transfer", Transfer),
    Restored: _records("restored", Restored),
    Trace: _records("trace", Trace),
}

Index(
    "uq_person_system_user",
    RECORDS[Person].c.collectivite,
    RECORDS[Person].c.system_user,
    unique=True,
    sqlite_where=RECORDS[Person].c.system_user != "",
    postgresql_where=RECORDS[Person].c.system_user != "",
)

EVENT: Final = Table(
    "event",
    METADATA,
    Column("collectivite", Text(), primary_key=True),
    Column("sequence", WHOLE, primary_key=True),
    Column("subject", Text(), nullable=False),
    Column("subject_id", Text(), nullable=False),
    Column("before", Text(), nullable=False),
    Column("after", Text(), nullable=False),
    Column("at", Instant(), nullable=False),
    *(Column(name, Text(), nullable=False) for name in ("by", "motif", "data", "hash")),
    Index("ix_event_subject", "collectivite", "subject_id"),
    sqlite_strict=True,
)

CHAIN: Final = Table(
    "chain",
    METADATA,
    Column("collectivite", Text(), primary_key=True),
    Column("genesis", Text(), nullable=False),
    Column("sequence", WHOLE, nullable=False),
    Column("hash", Text(), nullable=False),
    Column("seals", WHOLE, nullable=False, server_default="0"),
    Column("seal", Text(), nullable=False, server_default=""),
    sqlite_strict=True,
)
"""The heads of the events (`sequence`, `hash`) and of the seals (`seals`, `seal`), apart from them."""

SEAL: Final = Table(
    "seal",
    METADATA,
    Column("collectivite", Text(), primary_key=True),
    Column("sequence", WHOLE, primary_key=True),
    Column("at", Instant(), nullable=False),
    Column("events", WHOLE, nullable=False),
    *(Column(name, Text(), nullable=False) for name in ("journal", "content", "hash")),
    sqlite_strict=True,
)
"""A row for each transaction that wrote: where the journal then was (`events`, `journal`), and what was written."""

SERIES: Final = Table(
    "series",
    METADATA,
    Column("collectivite", Text(), primary_key=True),
    Column("name", Text(), primary_key=True),
    Column("last", WHOLE, nullable=False),
    sqlite_strict=True,
)

SUPPLIER_NAME: Final = Table(
    "supplier_name",
    METADATA,
    Column("collectivite", Text(), primary_key=True),
    Column("name", Text(), primary_key=True),
    sqlite_strict=True,
)
"""Each name that suppliers have on invoices, once."""

FULL_TEXT: Final = Table(
    "full_text",
    METADATA,
    Column("number", WHOLE, primary_key=True, autoincrement=True),
    Column("collectivite", Text(), nullable=False),
    Column("key", Text(), nullable=False),
    Column("words", Text(), nullable=False),
    Index("uq_full_text_key", "collectivite", "key", unique=True),
    sqlite_strict=True,
)
"""Each engine indexes these words in its own way, under the name `full_text_words`: see the migration."""
