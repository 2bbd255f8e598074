"""A collectivité moves with its documents into an S3 store, and out of it, whatever that store does meanwhile."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import obstore
import pytest

import examples
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import ComeBackLater, DocumentError, Unreachable
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger, in_paris
from dematfin.store.removal import Place, Watch, remove
from dematfin.store.s3 import S3Documents
from fakes.clock import FakeClock
from store.test_s3 import bucket, settings, url

__all__ = ["bucket", "url"]
NOW = FakeClock().now
WATCH = Watch(now=NOW, local=in_paris)
MANY = 30


@pytest.fixture
def here(tmp_path: Path) -> Place:
    """Return a base of SQLite with thirty invoices, each with its own letter in a folder."""
    place = Place(base=str(tmp_path / "ici.db"), documents=FolderDocuments(tmp_path / "ici", 0))
    with SqlLedger(open_engine(place.base), examples.COMMUNE, NOW).transaction() as books:
        for number in range(MANY):
            key = f"F2026-{number:06d}"
            invoice = replace(examples.invoice(key, key=key), letter=place.documents.put(key.encode()))
            content = replace(invoice.content, attachments=())
            books.save(replace(invoice, content=content))
    return place


def in_s3(tmp_path: Path, url: str, bucket: str, name: str = "s3") -> Place:
    documents = S3Documents(tmp_path / name, 0, settings(url, bucket), lambda: "secret")
    return Place(base=str(tmp_path / f"{name}.db"), documents=documents)


def move(old: Place, new: Place) -> None:
    done = remove(examples.COMMUNE, old, new, WATCH, rehearsed=False)
    assert done and done.documents.count == MANY


def letters(place: Place) -> list[bytes]:
    with SqlLedger(open_engine(place.base), examples.COMMUNE, NOW).reading() as books:
        refs = [one.letter for one in books.find(Invoice) if one.letter]
    found = []
    for ref in refs:
        with place.documents.open(ref) as source:
            found.append(source.read())
    return found


def put_there(place: Place, ref: DocumentRef, data: bytes) -> None:
    assert isinstance(place.documents, S3Documents)
    obstore.put(place.documents._store, place.documents._name(ref.sha256), data)


def test_into_a_store_that_fails_halfway_then_out_of_it_again(
    here: Place, tmp_path: Path, url: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    was, there = letters(here), in_s3(tmp_path, url, bucket)
    sent: list[str] = []
    send = S3Documents._send

    def fail(self: S3Documents, sha256: str, path: Path) -> None:
        sent.append(sha256)
        if len(sent) > MANY // 2:
            raise Unreachable
        send(self, sha256, path)

    with monkeypatch.context() as failing:
        failing.setattr(S3Documents, "_send", fail)
        with pytest.raises(Unreachable):
            move(here, there)
    assert letters(here) == was, "the old place still serves"
    move(here, there)
    assert letters(there) == was
    back = Place(base=str(tmp_path / "retour.db"), documents=FolderDocuments(tmp_path / "retour", 0))
    move(there, back)
    assert letters(back) == was
    assert list((tmp_path / "s3" / "en-cours").iterdir()) == []


def test_a_store_that_holds_a_wrong_object_or_lacks_one_holds_all_back(
    here: Place, tmp_path: Path, url: str, bucket: str
) -> None:
    there = in_s3(tmp_path, url, bucket)
    ref = here.documents.put(b"F2026-000003")
    put_there(there, ref, b"autre chose")
    with pytest.raises(DocumentError, match="dans le nouveau stockage"):
        move(here, there)
    obstore.delete(_store(there), f"{ref.sha256[:2]}/{ref.sha256}")
    move(here, there)
    obstore.delete(_store(there), f"{ref.sha256[:2]}/{ref.sha256}")
    with pytest.raises(DocumentError, match=f"seau {bucket}"):
        move(there, Place(base=str(tmp_path / "b.db"), documents=FolderDocuments(tmp_path / "b", 0)))


def test_a_disk_that_refuses_is_told_and_nothing_is_moved(
    here: Place, tmp_path: Path, url: str, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    there = in_s3(tmp_path, url, bucket)
    with monkeypatch.context() as refusing:
        refusing.setattr(FolderDocuments, "_kept", refuse)
        with pytest.raises(ComeBackLater, match="rien n'a été déplacé"):
            move(here, there)
    move(here, there)


def _store(place: Place) -> Any:
    assert isinstance(place.documents, S3Documents)
    return place.documents._store
