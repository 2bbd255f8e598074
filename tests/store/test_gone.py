"""Documents that were eliminated, in both stores and both engines: away, told so, never another's, never carried."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dematfin.acts import eliminations
from dematfin.domain.document import DocumentRef
from dematfin.domain.event import Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.restoration import Restored
from dematfin.domain.retention.elimination import Eliminated
from dematfin.errors import DocumentError
from dematfin.ports.documents import Documents
from dematfin.steps import eliminate
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.gone import ToldDocuments
from dematfin.store.ledger import SqlLedger, in_paris
from dematfin.store.names import SHARED
from dematfin.store.removal import Place, Watch, remove
from dematfin.store.restored import mark
from dematfin.store.s3 import S3Documents
from dematfin.store.tables import SUPPLIER_NAME
from examples import AGENT, CCAS, COMMUNE, invoice
from fakes.hall import Hall
from steps.test_elimination import DIRECTOR, VISA
from store.test_s3 import bucket, settings, url

__all__ = ["bucket", "url"]


@pytest.fixture(params=["folder", "s3"])
def documents(request: pytest.FixtureRequest, tmp_path: Path) -> Documents:
    if request.param == "folder":
        return FolderDocuments(tmp_path / "documents", 0)
    where = settings(request.getfixturevalue("url"), request.getfixturevalue("bucket"))
    return S3Documents(tmp_path / "s3", 0, where, lambda: "secret")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found: Engine = request.getfixturevalue(request.param)
    return found


def refused(key: str, document: DocumentRef) -> Invoice:
    """Return an invoice of long ago that was refused, with one document."""
    base = invoice(f"N-{key}", key=key)
    file = replace(base.content.attachments[0], document=document)
    content = replace(base.content, attachments=(file,))
    long_ago = base.notified_on - timedelta(days=4000)
    return replace(base, content=content, state=InvoiceState.REFUSED, notified_on=long_ago, issued_on=long_ago)


def purge(hall: Hall) -> None:
    made = eliminations.prepare(hall.app, AGENT)
    eliminations.execute(hall.app, DIRECTOR, made.id, VISA, hall.clock.today())


def is_there(documents: Documents, ref: DocumentRef) -> bool:
    try:
        documents.open(ref).close()
    except DocumentError:
        return False
    return True


def test_bytes_go_from_each_store_and_the_chain_holds(engine: Engine, documents: Documents, tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    ledger = SqlLedger(engine, COMMUNE, hall.clock.now)
    hall.app = replace(hall.app, ledger=ledger, documents=ToldDocuments(documents, ledger))
    own, shared, other = (documents.put(one) for one in (b"la sienne", b"des deux communes", b"une autre"))
    with ledger.transaction() as books:
        books.save(refused("F2014-000001", own), refused("F2014-000002", shared))
        books.save(replace(invoice(key="F2026-000003"), letter=other))
        books.record(hall.app.event(Subject.INVOICE, "F2014-000001", "REFUSED", "REFUSED"))
    neighbour = SqlLedger(engine, CCAS, hall.clock.now)
    with neighbour.transaction() as books:
        books.save(refused("F2014-000001", shared))
        books.record(hall.app.event(Subject.INVOICE, "F2014-000001", "REFUSED", "REFUSED"))
    purge(hall)
    assert not is_there(documents, own)
    assert is_there(documents, shared), "another collectivité of the base names it"
    assert is_there(documents, other)
    with pytest.raises(DocumentError, match=rf"éliminé le .*, visa {VISA}"):
        hall.app.documents.open(own)
    documents.remove(own)  # once more: nothing happens
    assert ledger.verify_journal().intact
    with ledger.reading() as books:
        assert books.find(Eliminated, id=shared.sha256)[0].kept_for
    hall.app = replace(hall.app, ledger=neighbour, documents=documents)
    purge(hall)
    assert not is_there(documents, shared), "nobody names it any more"


def test_what_is_given_again_is_taken_away_no_more_by_another(engine: Engine, tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    raw = FolderDocuments(tmp_path / "documents", 0)
    ledgers = [SqlLedger(engine, one, hall.clock.now) for one in (COMMUNE, CCAS)]
    told = ToldDocuments(raw, ledgers[0])
    shared, alone = raw.put(b"des deux"), raw.put(b"de la commune seule")
    for ledger, refs in zip(ledgers, ((shared, alone), (shared,)), strict=True):
        with ledger.transaction() as books:
            books.save(*(refused(f"F2014-00000{number}", ref) for number, ref in enumerate(refs)))
    hall.app = replace(hall.app, ledger=ledgers[0], documents=told)
    purge(hall)
    (tmp_path / "encore").write_bytes(b"de la commune seule")
    assert (told.put(b"des deux"), told.put_file(tmp_path / "encore")) == (shared, alone)
    with ledgers[0].transaction() as books:
        for number, ref in enumerate((shared, alone), 3):
            books.save(replace(invoice(key=f"F2026-00000{number}"), remote_id=f"7{number}", letter=ref))
    with ledgers[1].transaction() as books:
        books.save(replace(refused("F2014-000002", alone), remote_id="77"))
    hall.app = replace(hall.app, ledger=ledgers[1], documents=ToldDocuments(raw, ledgers[1]))
    purge(hall)
    assert is_there(told, shared) and is_there(told, alone)


def test_what_a_younger_dossier_names_is_not_let_go_because_another_names_it_too(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    engine = open_engine(str(tmp_path / "registre.db"))
    documents = FolderDocuments(tmp_path / "documents", 0)
    shared = documents.put(b"conditions de vente")
    ledgers = [SqlLedger(engine, one, hall.clock.now) for one in (COMMUNE, CCAS)]
    for ledger in ledgers:
        with ledger.transaction() as books:
            books.save(refused("F2014-000001", shared))
    with ledgers[0].transaction() as books:
        books.save(replace(invoice(key="F2026-000003"), remote_id="77", letter=shared))
    for ledger in ledgers:
        hall.app = replace(hall.app, ledger=ledger, documents=ToldDocuments(documents, ledger))
        purge(hall)
    assert is_there(documents, shared)


@pytest.mark.parametrize("siret", [COMMUNE, CCAS])
def test_what_is_named_while_the_purge_is_under_way_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, siret: str
) -> None:
    hall = Hall.build(tmp_path)
    engine = open_engine(str(tmp_path / "registre.db"))
    raw = FolderDocuments(tmp_path / "documents", 0)
    ledger, theirs = (SqlLedger(engine, one, hall.clock.now) for one in (COMMUNE, siret))
    refs = [raw.put(f"{number}".encode()) for number in range(5)]
    with ledger.transaction() as books:
        books.save(*(refused(f"F2014-{number:06d}", ref) for number, ref in enumerate(refs)))
    remove, left = raw.remove, list(refs)

    def named_meanwhile(ref: DocumentRef) -> None:
        left.remove(ref)
        if len(left) == 3:
            with theirs.transaction() as books:
                books.save(replace(invoice(key="F2026-000999"), remote_id="777", letter=left[0]))
            named.append(left[0])
        remove(ref)

    named: list[DocumentRef] = []
    monkeypatch.setattr(raw, "remove", named_meanwhile)
    monkeypatch.setattr(eliminate, "AT_ONCE", 1)
    hall.app = replace(hall.app, ledger=ledger, documents=raw)
    purge(hall)
    assert [ref for ref in refs if is_there(raw, ref)] == named != []


def test_the_name_of_a_person_leaves_what_is_searched(engine: Engine, tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    ledger = SqlLedger(engine, COMMUNE, hall.clock.now)
    hall.app = replace(hall.app, ledger=ledger)
    old = refused("F2014-000001", hall.documents.put(b"a"))
    with ledger.transaction() as books:
        books.save(replace(old, supplier_key="DUPONT JEAN"), invoice(key="F2026-000003"))
    purge(hall)
    assert SHARED == {"invoice": "supplier_key"}
    with engine.connect() as connection:
        names = set(connection.execute(SUPPLIER_NAME.select()).scalars())
        kept = {row.name for row in connection.execute(SUPPLIER_NAME.select())}
    assert names == {COMMUNE}
    assert kept == {"PAPETERIE DU LAC", ""}


def test_a_base_moves_without_what_was_eliminated(tmp_path: Path) -> None:
    hall = Hall.build(tmp_path)
    here = Place(base=str(tmp_path / "ici.db"), documents=FolderDocuments(tmp_path / "ici", 0))
    there = Place(base=str(tmp_path / "la.db"), documents=FolderDocuments(tmp_path / "la", 0))
    ledger = SqlLedger(open_engine(here.base), COMMUNE, hall.clock.now)
    hall.app = replace(hall.app, ledger=ledger, documents=here.documents)
    gone, stays = here.documents.put(b"partie"), here.documents.put(b"reste")
    with ledger.transaction() as books:
        books.save(refused("F2014-000001", gone), replace(invoice(key="F2026-000003"), letter=stays))
        (young,) = books.find(Invoice, id="F2026-000003")
        books.save(replace(young, content=replace(young.content, attachments=())))
    purge(hall)
    mark(here.base, data_as_of=hall.clock.now(), by="admin")
    head, watch = ledger.head(), Watch(now=hall.clock.now, local=in_paris)
    assert remove(COMMUNE, here, there, watch, rehearsed=False)
    assert is_there(there.documents, stays)
    assert not is_there(there.documents, gone)
    moved = SqlLedger(open_engine(there.base), COMMUNE, hall.clock.now)
    report = moved.verify_journal(documents=there.documents, heads=(head,))
    assert (report.defects, report.eliminated, report.head) == ((), {VISA: 1}, head)
    with moved.reading() as books:
        assert len(books.find(Restored)) == 1
