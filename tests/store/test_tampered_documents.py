"""A byte that is changed in a document, one that is missing, whatever it is for: found, with who names it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

from dematfin.domain.defect import Thing, Wrong, named
from dematfin.domain.document import DocumentRef
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger
from dematfin.store.seals import SEALED
from store import filled as full

WAYS: Final = {
    "a byte": Wrong.CHANGED,
    "truncated": Wrong.CHANGED,
    "emptied": Wrong.CHANGED,
    "longer": Wrong.CHANGED,
    "removed": Wrong.REMOVED,
    "a folder": Wrong.REMOVED,
}


class Same:
    """Keeps one document only."""

    def __init__(self, ref: DocumentRef) -> None:
        self._ref = ref

    def put(self, _: bytes) -> DocumentRef:
        return self._ref


class Town:
    """Books of which every attribute that may name a document does, and the place of these."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = open_engine(str(folder / "registre.db"))
        self.place = folder / "documents"
        self.documents = FolderDocuments(self.place, 0)
        self.ledger: SqlLedger = full.fill(self.engine, self.documents)
        with self.ledger.reading() as books:
            records = [(table, books.get(kind, "A")) for table, kind in SEALED.items()]
        self.kinds: dict[str, tuple[str, DocumentRef]] = {
            f"{table}.{attribute}": (named(table, record.id), ref)
            for table, record in records
            for attribute, ref in full.named(record)
        }

    def path(self, ref: DocumentRef) -> Path:
        return self.place / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    made = Town(tmp_path_factory.mktemp("documents"))
    yield made
    made.engine.dispose()


def damage(path: Path, how: str) -> None:
    data = bytearray(path.read_bytes())
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how != "removed":
        data[len(data) // 2] ^= 1 if how == "a byte" else 0
        kept: dict[str, bytes | bytearray] = {"truncated": data[:-1], "emptied": b"", "longer": data + b" "}
        path.write_bytes(kept.get(how, data))


def mend(path: Path, data: bytes) -> None:
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    path.write_bytes(data)


def test_every_kind_of_document_is_read_again(town: Town) -> None:
    known = {"invoice.content", "visa_folder.slip", "flux.unsigned", "flux.signed", "answer.document", "piece.document"}
    known |= {"batch.original", "capture.document", "editor_flow.document", "supporting.document"}
    assert known <= set(town.kinds), known - set(town.kinds)
    report = town.ledger.verify_journal(documents=town.documents)
    assert report.intact and report.documents >= 2 * len(town.kinds)


@pytest.mark.parametrize("how", WAYS)
def test_whatever_is_done_to_a_document_is_told_with_who_names_it(town: Town, how: str) -> None:
    """Every kind of document at once, each once: of any other nothing is said."""
    whole = {ref.sha256: town.path(ref).read_bytes() for _, ref in town.kinds.values()}
    for _, ref in town.kinds.values():
        damage(town.path(ref), how)
    try:
        report = town.ledger.verify_journal(documents=town.documents)
        assert town.ledger.verify_journal().intact  # which reads none
    finally:
        for _, ref in town.kinds.values():
            mend(town.path(ref), whole[ref.sha256])
    told = {one.id: one for one in report.defects}
    assert set(told) == set(whole) and len(report.defects) == len(whole)
    for owner, ref in town.kinds.values():
        one = told[ref.sha256]
        assert (one.thing, one.wrong, one.about) == (Thing.DOCUMENT, WAYS[how], (owner,))
        assert ref.sha256 in one.sentence and owner in one.sentence


def test_invoices_mandats_and_flows_are_named_first(town: Town) -> None:
    shared = town.documents.put(b"partage")
    with town.ledger.transaction() as books:
        for kind in (SEALED[table] for table in ("answer", "piece", "flux")):
            books.save(full.Filler(Same(shared), first=50_000).record(kind, "Z"))
    town.path(shared).unlink()
    (one,) = town.ledger.verify_journal(documents=town.documents).defects
    assert one.about == ("flux Z", "réponse du comptable Z", "pièce Z")
    town.documents.put(b"partage")
