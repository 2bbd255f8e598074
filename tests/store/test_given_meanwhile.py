"""A document is given, byte for byte, while an elimination takes it away: it is kept, or refused, and never lost."""

from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine

from dematfin.acts import eliminations
from dematfin.domain.document import DocumentRef
from dematfin.domain.retention.elimination import ELSEWHERE, Eliminated, Elimination
from dematfin.errors import AlreadyRunning, ComeBackLater
from dematfin.ports.documents import Documents
from dematfin.steps.eliminate import eliminate
from dematfin.store.gone import ToldDocuments
from dematfin.store.ledger import SqlLedger
from examples import AGENT, CCAS, COMMUNE, invoice
from fakes.hall import Hall, Killed
from steps.test_elimination import DIRECTOR, VISA
from store.test_gone import bucket, documents, engine, is_there, purge, refused, url

__all__ = ["bucket", "documents", "engine", "url"]

GIVEN = b"la meme facture"


@pytest.fixture
def hall(tmp_path: Path, engine: Engine, documents: Documents) -> Hall:
    """Return a town that has something to let go: the document that is given, and another one."""
    hall = Hall.build(tmp_path)
    ledger = SqlLedger(engine, COMMUNE, hall.clock.now)
    hall.app = replace(hall.app, ledger=ledger, documents=ToldDocuments(documents, ledger))
    with ledger.transaction() as books:
        books.save(*(refused(f"F2014-{rank}", documents.put(one)) for rank, one in enumerate((GIVEN, b"une autre"))))
    return hall


def test_what_is_given_as_it_goes_is_refused_until_the_elimination_has_ended(
    hall: Hall, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, remove, refused_times = documents.put(GIVEN), documents.remove, count()

    def given_just_before_and_just_after(going: DocumentRef) -> None:
        for _ in range(2):
            with pytest.raises(ComeBackLater, match=r"en cours d'élimination \(EL.*elimination executer"):
                hall.app.documents.put(GIVEN)
            next(refused_times)
            remove(going)

    monkeypatch.setattr(documents, "remove", given_just_before_and_just_after)
    purge(hall)
    assert next(refused_times) == 4, "each of both documents, before and after"
    assert hall.app.documents.put(GIVEN) == ref
    assert is_there(documents, ref)


def test_what_was_there_when_it_was_given_and_has_gone_since_is_to_be_given_again(
    hall: Hall, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = documents.put

    def put_just_before_the_purge(data: bytes) -> DocumentRef:
        ref = put(data)
        monkeypatch.undo()
        purge(hall)
        return ref

    monkeypatch.setattr(documents, "put", put_just_before_the_purge)
    with pytest.raises(ComeBackLater, match=r"éliminé au moment même .* Redonnez-le\.$"):
        hall.app.documents.put(GIVEN)
    assert is_there(documents, hall.app.documents.put(GIVEN))


def test_what_is_given_before_it_is_announced_stays(
    hall: Hall, documents: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    named_elsewhere = hall.app.ledger.named_elsewhere

    def given_meanwhile(keys: set[str]) -> frozenset[str]:
        hall.app.documents.put(GIVEN)
        return named_elsewhere(keys)

    monkeypatch.setattr(hall.app.ledger, "named_elsewhere", given_meanwhile)
    purge(hall)
    assert is_there(documents, documents.put(GIVEN))
    assert [one.kept_for != "" for one in noted(hall) if one.id == documents.put(GIVEN).sha256] == [True]


def test_an_execution_that_died_asks_again_who_names_what_it_had_announced(
    hall: Hall, documents: Documents, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_: DocumentRef) -> None:
        raise Killed

    monkeypatch.setattr(documents, "remove", dies)
    with pytest.raises(Killed):
        purge(hall)
    monkeypatch.undo()
    theirs = SqlLedger(engine, CCAS, hall.clock.now)
    with theirs.transaction() as books:
        books.save(replace(invoice(key="F2026-000999"), letter=documents.put(GIVEN)))
    with hall.app.ledger.reading() as ours:
        (made,) = ours.find(Elimination)
    eliminate(hall.app, made.id)
    assert {one.kept_for for one in noted(hall)} == {"", ELSEWHERE}
    assert is_there(documents, documents.put(GIVEN))


def noted(hall: Hall) -> tuple[Eliminated, ...]:
    with hall.app.ledger.reading() as books:
        return tuple(books.find(Eliminated))


@pytest.mark.parametrize("step", ["import", "numérisation"])
def test_nothing_comes_in_while_documents_go_nor_goes_while_something_comes_in(hall: Hall, step: str) -> None:
    made = eliminations.prepare(hall.app, AGENT)
    with hall.app.ledger.lease(step, "ailleurs:1"), pytest.raises(AlreadyRunning, match=step):
        eliminations.execute(hall.app, DIRECTOR, made.id, VISA, hall.clock.today())
    eliminations.execute(hall.app, DIRECTOR, made.id, VISA, hall.clock.today())
    assert {one.removed for one in noted(hall)} == {True}
