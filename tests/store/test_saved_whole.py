"""What a restored copy is held to: its seals, its printed head, and the documents that were eliminated."""

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, Final

import pytest
from sqlalchemy import Engine, insert

from dematfin.domain.backup.manifest import BASE
from dematfin.domain.defect import Thing, Wrong
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.retention.elimination import ELSEWHERE, Eliminated
from dematfin.errors import DocumentError
from dematfin.ports.ledger import JournalReport
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import SQLITE, writing
from dematfin.store.gone import ELIMINATED
from dematfin.store.saved import manifest_file
from dematfin.store.saved.listed import documents_of
from dematfin.store.saved.making import Made, kept, make
from dematfin.store.saved.vault import Backup, Vault
from examples import COMMUNE
from store.test_saved import NOW, Town, inhabited

VISA: Final = "AD99-2037-114"
SECOND: Final = "F2026-000002"


@pytest.fixture
def hamlet(sqlite: Engine, tmp_path: Path) -> Iterator[Town]:
    """Return a town of three invoices."""
    assert sqlite.url.database
    with inhabited(sqlite.url.database, tmp_path) as made:
        yield made


def document_of(town: Town, key: str) -> DocumentRef:
    with town.ledger().reading() as books:
        return books.get(Invoice, key).content.attachments[0].document


def eliminated(ref: DocumentRef) -> Eliminated:
    return Eliminated(id=ref.sha256, size=ref.size, elimination="E2037-000001", visa=VISA, at=NOW)


def eliminate(town: Town, ref: DocumentRef) -> None:
    """Do as `steps.eliminate` does: the intention, the bytes, the result."""
    with town.ledger().transaction() as books:
        books.save(eliminated(ref))
    town.documents.remove(ref)
    with town.ledger().transaction() as books:
        books.save(replace(eliminated(ref), removed=True))


def reread(town: Town) -> JournalReport:
    return town.ledger().verify_journal(documents=town.documents)


def forge(backup: Backup, statement: str) -> None:
    """Change the base of a backup, and have its manifest say so."""
    base = backup.folder / BASE
    base.chmod(0o600)
    with closing(SQLITE.connect(str(base))) as connection:
        connection.execute(statement)
        connection.commit()
    manifest = backup.manifest()
    files = {**manifest.files, BASE: kept(base)}
    (backup.folder / manifest_file.NAME).write_bytes(manifest_file.written(replace(manifest, files=files)))


def test_the_manifest_prints_the_head_that_a_verification_takes(hamlet: Town) -> None:
    made = hamlet.save()
    printed = json.loads((made.backup.folder / manifest_file.NAME).read_text())["empreintes"]
    assert printed == {COMMUNE: str(hamlet.ledger().head())}
    assert made.backup.manifest().ends[COMMUNE] == hamlet.ledger().end()
    hamlet.bill(4)
    assert hamlet.ledger().verify_journal(heads=(made.backup.manifest().heads[COMMUNE],)).intact


def test_a_copy_whose_rows_and_manifest_were_rewritten_is_refused_by_its_seals(hamlet: Town) -> None:
    backup = hamlet.save().backup
    forge(backup, f"UPDATE invoice SET ttc = '9000.00' WHERE id = '{SECOND}'")
    (told,) = hamlet.faults(backup)
    assert SECOND in told and "modifiée sans le programme" in told
    hamlet.burn()
    with pytest.raises(DocumentError, match=SECOND):
        hamlet.restore(backup)
    assert not Path(hamlet.base).exists()


def test_a_whole_base_made_up_with_its_manifest_is_seen_only_by_a_head_that_was_printed(
    hamlet: Town, tmp_path: Path
) -> None:
    made = hamlet.save()
    (tmp_path / "faux").mkdir()
    with inhabited(str(tmp_path / "faux" / "registre.db"), tmp_path / "faux") as other:
        other.vault = Vault(hamlet.vault.root)
        hamlet.now = other.now = hamlet.now.replace(hour=5)
        made_up = other.save()
    assert hamlet.faults(made_up.backup) == ()
    hamlet.burn()
    hamlet.restore(made_up.backup)
    report = hamlet.ledger().verify_journal(heads=(made.manifest.heads[COMMUNE],))
    assert [one.thing for one in report.defects] == [Thing.HEAD]


def test_what_was_eliminated_is_not_missing_in_a_backup_nor_put_back(hamlet: Town) -> None:
    ref = document_of(hamlet, SECOND)
    hamlet.save()
    eliminate(hamlet, ref)
    made = hamlet.save()
    assert (made.manifest.missing, made.manifest.documents) == ((), 2)
    assert ref not in set(documents_of(made.backup)), "once the older backup is away, its bytes are nowhere"
    assert hamlet.faults(made.backup) == ()
    hamlet.burn()
    assert hamlet.restore(made.backup).brought == 2
    report = reread(hamlet)
    assert (report.defects, report.documents, report.eliminated) == ((), 2, {VISA: 1})


def test_bytes_that_came_once_more_are_saved_and_restored(hamlet: Town) -> None:
    ref = document_of(hamlet, SECOND)
    eliminate(hamlet, ref)
    hamlet.documents.put(b"facture 2")
    made = hamlet.save()
    assert made.manifest.documents == 3
    hamlet.burn()
    assert hamlet.restore(made.backup).brought == 3
    assert (reread(hamlet).documents, reread(hamlet).eliminated) == (3, {})


class Purged(FolderDocuments):
    """Documents of which one is eliminated just before it is copied."""

    town: Town
    target: DocumentRef

    def open(self, ref: DocumentRef) -> BinaryIO:
        if ref == self.target and self.has(ref):
            eliminate(self.town, ref)
        return super().open(ref)


def test_an_elimination_between_the_copy_of_the_base_and_that_of_a_document_fails_no_backup(hamlet: Town) -> None:
    place = Purged(hamlet.folder / "documents", 0)
    place.town, place.target = hamlet, document_of(hamlet, SECOND)
    with hamlet.vault.writing():
        made: Made = make(hamlet.vault, replace(hamlet.source(), documents={COMMUNE: place}), hamlet.now)
    assert (made.manifest.missing, made.manifest.documents, made.brought.count) == ((), 2, 2)
    assert hamlet.faults(made.backup) == ()
    hamlet.burn()
    hamlet.restore(made.backup)
    assert (reread(hamlet).defects, reread(hamlet).eliminated) == ((), {VISA: 1})


def test_bytes_that_are_missing_without_a_record_or_with_one_that_is_forged_stay_a_defect(hamlet: Town) -> None:
    ref = document_of(hamlet, SECOND)
    hamlet.documents.remove(ref)
    (lost,) = reread(hamlet).defects
    assert (lost.thing, lost.wrong, lost.id) == (Thing.DOCUMENT, Wrong.REMOVED, ref.sha256)
    forged = {name: getattr(eliminated(ref), name) for name in ("id", "size", "elimination", "visa", "at")}
    with writing(hamlet.engine.connect()) as connection, connection.begin():
        connection.execute(insert(ELIMINATED), [forged | {"collectivite": COMMUNE, "removed": True, "kept_for": ""}])
    found = reread(hamlet)
    assert {(one.thing, one.wrong, one.table) for one in found.defects} == {
        (Thing.RECORD, Wrong.ADDED, ELIMINATED.name),
        (Thing.DOCUMENT, Wrong.REMOVED, ""),
    }
    assert not found.eliminated


@pytest.mark.parametrize(("why", "missing"), [("une autre facture le nomme", 1), (ELSEWHERE, 0)])
def test_what_stays_for_another_is_missing_when_it_is_ours(hamlet: Town, why: str, missing: int) -> None:
    ref = document_of(hamlet, SECOND)
    with hamlet.ledger().transaction() as books:
        books.save(replace(eliminated(ref), removed=True, kept_for=why))
    hamlet.documents.remove(ref)
    assert len(reread(hamlet).defects) == missing
    assert len(hamlet.save().manifest.missing) == missing
