"""Backups of documents that are in an S3 store: brought to the folder of backups, and put back there."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import obstore
import pytest
from sqlalchemy import Engine

from dematfin.domain.document import DocumentRef
from dematfin.errors import DocumentError
from dematfin.store.ledger import SqlLedger, in_paris
from dematfin.store.s3 import S3Documents
from dematfin.store.saved.making import Source, make
from dematfin.store.saved.pool import Place
from dematfin.store.saved.restoration import Target, restore
from dematfin.store.saved.trial import tried
from dematfin.store.saved.vault import Vault
from examples import COMMUNE
from store.test_s3 import bucket, settings, url
from store.test_saved import NOW, bill

__all__ = ["bucket", "url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Syndicate:
    """A base of SQLite whose documents are in a bucket."""

    base: str
    places: Mapping[str, Place]
    bucket: S3Documents


@pytest.fixture
def syndicate(sqlite: Engine, tmp_path: Path, url: str, bucket: str) -> Syndicate:
    documents = S3Documents(tmp_path / "s3", 0, settings(url, bucket), lambda: "secret")
    bill(SqlLedger(sqlite, COMMUNE, lambda: NOW), documents, 1, 2)
    sqlite.dispose()
    return Syndicate(base=str(sqlite.url.database), places={COMMUNE: documents}, bucket=documents)


def test_documents_of_a_bucket_are_saved_and_put_back(syndicate: Syndicate, tmp_path: Path) -> None:
    vault, there = Vault(tmp_path / "copies"), syndicate.bucket
    source = Source(name="commune", base=syndicate.base, documents=syndicate.places, configuration={})
    with vault.writing():
        made = make(vault, source, NOW)
    assert (made.brought.count, tried(vault, made.backup, syndicate.base, NOW, in_paris).faults) == (2, ())
    refs = [DocumentRef(sha256=one, size=9) for one in vault.documents().names()]
    for one in refs:
        obstore.delete(there._store, there._name(one.sha256))
    target = Target(base=syndicate.base, documents=syndicate.places, replaces=True, mark=lambda *_: None)
    assert restore(vault, made.backup, target, NOW, in_paris).brought == 2
    for one in refs:
        with there.open(one) as source_of:
            assert source_of.read().startswith(b"facture")
    obstore.put(there._store, there._name(refs[0].sha256), b"autre chose")
    with pytest.raises(DocumentError, match="leur place est prise"):
        restore(vault, made.backup, target, NOW, in_paris)
