"""A part of a supplier's name is sought among the names: the same invoices come as from a walk through all of them."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest
from sqlalchemy import Engine, event

from dematfin.domain.invoice.invoice import Invoice
from dematfin.ports.ledger import All, Between, Holding
from dematfin.store import names
from dematfin.store.ledger import SqlLedger
from examples import CCAS, COMMUNE, invoice
from fakes.clock import FakeClock

WORDS = ("LAC", "VAL", "D'OR", "100%", "A_B", "\\", "")
SOUGHT = ("LAC", "VAL D", "%", "_", "\\", "NULLE PART", "'")


def invoices(random: Random) -> list[Invoice]:
    usual = invoice()
    return [
        replace(
            usual,
            id=f"F{number:03d}",
            remote_id=str(number),
            number=f"N{number}",
            supplier_key=" ".join(random.sample(WORDS, 2)).strip(),
            issued_on=date(2026, 1, 1) + timedelta(days=random.randrange(9)),
        )
        for number in range(60)
    ]


@pytest.mark.parametrize("most", [0, 2, 500])
def test_the_newest_invoices_of_a_name_are_found_however_many_names_have_its_words(
    engine: Engine, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(names, "MOST", most)
    ledger = SqlLedger(engine, COMMUNE, FakeClock().now)
    kept = invoices(Random(9))
    with ledger.transaction() as books:
        books.save(*kept)
    with SqlLedger(engine, CCAS, FakeClock().now).transaction() as books:
        books.save(replace(kept[0], supplier_key="LAC D'AILLEURS"))
    with ledger.reading() as books:
        for part in SOUGHT:
            for count in (1, 7, 100):
                having = [one for one in kept if part in one.supplier_key]
                newest = sorted(having, key=lambda one: (one.issued_on, one.id), reverse=True)
                assert list(books.last(Invoice, count, "issued_on", supplier_key=Holding(part))) == newest[:count]
        both = books.last(Invoice, 100, "issued_on", supplier_key=All((Holding("LAC"), Holding("VAL"))))
        assert {one.id for one in both} == {one.id for one in kept if {"LAC", "VAL"} <= set(one.supplier_key.split())}
        assert both
        late = Between(low=date(2026, 1, 6))
        assert {
            one.id for one in books.last(Invoice, 100, "issued_on", supplier_key=Holding("LAC"), issued_on=late)
        } == {one.id for one in kept if "LAC" in one.supplier_key and one.issued_on >= date(2026, 1, 6)}


def test_a_rare_name_is_found_without_a_walk_through_all_invoices(engine: Engine) -> None:
    ledger = SqlLedger(engine, COMMUNE, FakeClock().now)
    with ledger.transaction() as books:
        books.save(*invoices(Random(9)))
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *told: asked.append(told[2]))
    with ledger.reading() as books:
        books.last(Invoice, 5, "issued_on", supplier_key=Holding("D'OR"))
    assert [one for one in asked if "LIKE" in one.upper() and "supplier_name" not in one] == []


def test_a_name_that_was_corrected_is_found(engine: Engine) -> None:
    ledger = SqlLedger(engine, COMMUNE, FakeClock().now)
    with ledger.transaction() as books:
        books.save(*invoices(Random(9)))
    with ledger.transaction() as books:
        books.save(replace(books.get(Invoice, "F007"), supplier_key="AUBERGE DU PONT"))
    with ledger.reading() as books:
        assert [one.id for one in books.last(Invoice, 5, "issued_on", supplier_key=Holding("PONT"))] == ["F007"]
