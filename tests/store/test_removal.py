"""A collectivité moves between bases of both engines: all or nothing, and nothing spoilt is let through."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, text

import examples
import official
from contracts.ledger import event as happening
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import ComeBackLater, ConfigError, DocumentError
from dematfin.ports.ledger import Books
from dematfin.store import carry, removal
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.store.ledger import SqlLedger, in_paris
from dematfin.store.removal import Place, Removal, Watch, remove
from fakes.clock import FakeClock

NOW = FakeClock().now
pytestmark = official.needs_postgres
WATCH = Watch(now=NOW, local=in_paris)
NEIGHBOUR = examples.CCAS
OUTGROWN = pytest.mark.parametrize(("engine", "there"), [("sqlite", "postgresql")], indirect=True)


def with_document(invoice: Invoice, document: DocumentRef) -> Invoice:
    files = tuple(replace(one, document=document) for one in invoice.content.attachments)
    return replace(invoice, letter=document, content=replace(invoice.content, attachments=files))


@pytest.fixture
def ledger(engine: Engine, here: Place) -> SqlLedger:
    """Return books of two collectivités with records, names, numbers, texts, and a document."""
    letter = here.documents.put(b"lettre")
    for collectivite in (NEIGHBOUR, examples.COMMUNE):
        filled = SqlLedger(engine, collectivite, NOW)
        with filled.transaction() as books:
            for number in range(1, 8):
                books.save(with_document(examples.invoice(f"N{number}", key=f"F2026-{number:06d}"), letter))
                books.index_text(f"F2026-{number:06d}", f"chaudière {number}")
                books.record(happening(f"F2026-{number:06d}", motif="é"))
                books.next_number("facture")
    return SqlLedger(engine, examples.COMMUNE, NOW)


@pytest.fixture
def here(engine: Engine, tmp_path: Path) -> Place:
    return Place(base=engine.url.render_as_string(hide_password=False), documents=FolderDocuments(tmp_path / "ici", 0))


@pytest.fixture(autouse=True)
def opening(engine: Engine, here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the base of the test opened by its own engine, whose address is not a path for SQLite."""
    monkeypatch.setattr(removal, "open_engine", lambda base: engine if base == here.base else open_engine(base))
    monkeypatch.setattr(carry, "PAGE", 3)


@pytest.fixture(params=["sqlite", "postgresql"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    base = str(tmp_path / "autre.db") if request.param == "sqlite" else request.getfixturevalue("emptied")
    return Place(base=base, documents=FolderDocuments(tmp_path / "autre", 0))


def move(old: Place, new: Place, *, rehearsed: bool = False) -> Removal | None:
    return remove(examples.COMMUNE, old, new, WATCH, rehearsed=rehearsed)


def seen(books: Books) -> tuple[Any, ...]:
    return (
        books.find(Invoice),
        books.last(Invoice, 3, "issued_on", supplier_key="PAPETERIE DU LAC"),
        books.find_text("chaudiere", 9),
    )


def test_all_is_there_and_numbers_and_texts_go_on(ledger: SqlLedger, here: Place, there: Place) -> None:
    with ledger.reading() as books:
        was = seen(books)
    done = move(here, there)
    assert done and (done.documents.count, done.holdings.journal.events, done.again) == (
        1,
        ledger.verify_journal().events,
        False,
    )
    moved = SqlLedger(open_engine(there.base), examples.COMMUNE, NOW)
    with moved.transaction() as books:
        assert seen(books) == was
        assert books.next_number("facture") == 8
        books.index_text("F2026-000008", "chaudière 8")
        books.record(happening())
        assert books.find_text("chaudiere", 1) == ("F2026-000008",)
    assert (moved.verify_journal(documents=there.documents).events, moved.verify_journal().defects) == (8, ())
    with there.documents.open(was[0][0].letter) as document:
        assert document.read() == b"lettre"
    assert SqlLedger(open_engine(there.base), NEIGHBOUR, NOW).history() == ()


@OUTGROWN
def test_who_has_the_old_books_open_writes_there_no_more(
    ledger: SqlLedger, engine: Engine, here: Place, there: Place
) -> None:
    assert move(here, there)
    with pytest.raises(ConfigError, match="déplacé le 02/03/2026"), ledger.transaction():
        pass
    with pytest.raises(ConfigError, match="déplacé"), ledger.lease("import", "ailleurs:1"):
        pass
    with pytest.raises(ConfigError, match="déplacé"):
        SqlLedger(engine, examples.COMMUNE, NOW)
    assert move(here, there) is None
    with pytest.raises(ConfigError, match="Copiez vers une base neuve"):
        move(there, here)
    with SqlLedger(engine, NEIGHBOUR, NOW).transaction() as books:
        assert books.next_number("facture") == 8


@OUTGROWN
@pytest.mark.parametrize("at", ["_write", "holdings", "mark_moved"])
def test_killed_anywhere_it_is_run_again(
    ledger: SqlLedger, here: Place, there: Place, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killing:
        killing.setattr(carry if at == "_write" else removal, at, die)
        with pytest.raises(KeyboardInterrupt):
            move(here, there)
    with open_engine(there.base).connect() as connection:
        count = connection.execute(text("SELECT count(*) FROM invoice")).scalar_one()
    assert count == (7 if at == "mark_moved" else 0)
    done = move(here, there)
    assert done and done.again == (at == "mark_moved")


@OUTGROWN
def test_nothing_moves_while_a_step_runs(ledger: SqlLedger, here: Place, there: Place) -> None:
    with ledger.lease("informer", "ailleurs:1"), pytest.raises(ComeBackLater, match="informer"):
        move(here, there)
    assert move(here, there)


@OUTGROWN
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE invoice SET ttc = ttc + 1 WHERE id = 'F2026-000003'", "invoice"),
        ("DELETE FROM series", "series"),
        ("UPDATE full_text SET key = key || 'x' WHERE number = (SELECT min(number) FROM full_text)", "full_text"),
    ],
)
def test_what_was_not_carried_whole_is_seen_and_undone(
    ledger: SqlLedger, here: Place, there: Place, monkeypatch: pytest.MonkeyPatch, change: str, told: str
) -> None:
    def spoil(out: Any, into: Any, collectivite: str) -> carry.Holdings:
        read = carry.copy(out, into, collectivite)
        into.execute(text(change))
        return read

    monkeypatch.setattr(removal, "copy", spoil)
    with pytest.raises(ConfigError, match=told):
        move(here, there)
    monkeypatch.undo()


@OUTGROWN
def test_a_document_that_is_missing_or_spoilt_holds_all_back(
    ledger: SqlLedger, here: Place, there: Place, tmp_path: Path
) -> None:
    (kept,) = (one for one in (tmp_path / "ici").rglob("*") if one.is_file())
    kept.chmod(0o600)
    kept.write_bytes(b"autre chose")
    with pytest.raises(DocumentError, match="abîmé"):
        move(here, there)
    kept.unlink()
    with pytest.raises(DocumentError, match="sauvegarde"):
        move(here, there)
