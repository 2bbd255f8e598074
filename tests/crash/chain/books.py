"""Whether our own books are whole: base, journal, each document that a record names, saved copies, papers drawn."""

import dataclasses
import hashlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from crash.campaign.records import Ours, Theirs
from crash.campaign.verdict import BROKEN, LOST, Fault
from crash.chain.papers import torn
from crash.chain.place import NAME, Place
from dematfin.domain.document import DocumentRef
from dematfin.ports.clock import Clock
from dematfin.store.engine import SQLITE
from dematfin.store.saved.trial import tried
from dematfin.store.saved.vault import Vault
from dematfin.store.tables import RECORDS


def of_books(place: Place, ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Judge them."""
    yield from _of_base(place.base)
    yield from _of_backups(place, ours.app.clock)
    for defect in ours.app.ledger.verify_journal().defects:
        yield Fault(BROKEN, f"journal : {defect.sentence}")
    for sha, ref in _named(ours).items():
        if hashlib.sha256(ours.bytes_of(ref)).hexdigest() != sha:
            yield Fault(LOST, f"document {sha[:12]} nommé, absent ou abîmé")
    for name in torn(place.papers):
        yield Fault(BROKEN, f"{name} n'est pas entier")


def _of_backups(place: Place, clock: Clock) -> Iterator[Fault]:
    """Try each backup that has its name: it is whole, or it is none."""
    vault = Vault(place.backups)
    for backup in vault.of(NAME) if place.backups.exists() else ():
        for fault in tried(vault, backup, str(place.base), clock.now(), clock.local).faults:
            yield Fault(LOST, f"sauvegarde {backup.name} : {fault}")


def _of_base(base: Path) -> Iterator[Fault]:
    with closing(SQLITE.connect(str(base))) as opened:
        verdict = [row[0] for row in opened.execute("PRAGMA integrity_check").fetchall()]
        lost = opened.execute("PRAGMA foreign_key_check").fetchall()
    if verdict != ["ok"]:
        yield Fault(BROKEN, f"{base.name} : {verdict[0]}")
    if lost:
        yield Fault(BROKEN, f"{base.name} : clé étrangère sans objet dans {lost[0][0]}")


def _named(ours: Ours) -> dict[str, DocumentRef]:
    """Return every document that a record names, by its fingerprint."""
    found: dict[str, DocumentRef] = {}
    with ours.app.ledger.reading() as books:
        for kind in RECORDS:
            for record in books.find(kind):
                found |= {ref.sha256: ref for ref in _references(record)}
    return found


def _references(value: Any) -> Iterator[DocumentRef]:
    if isinstance(value, DocumentRef):
        yield value
    elif dataclasses.is_dataclass(value):
        for one in dataclasses.fields(value):
            yield from _references(getattr(value, one.name))
    elif isinstance(value, tuple | list | frozenset | set):
        for one in value:
            yield from _references(one)
    elif isinstance(value, dict):
        for one in value.values():
            yield from _references(one)
