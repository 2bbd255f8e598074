"""Receipts of the exchange folder, after a restoration: an id that is given again is not the invoice that it was."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import restoration
from dematfin.domain.exchange.hand_over import HandOver, HandOverKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.steps.day import run
from dematfin.steps.hand_over import hand_over
from examples import AGENT
from fakes.exchange import FakeExchange
from fakes.hall import Hall
from restoration.backup import Backup

KEY = "F2026-000001"


@pytest.fixture
def shared(tmp_path: Path) -> FakeExchange:
    return FakeExchange(root=tmp_path)


@pytest.fixture
def hall(tmp_path: Path, shared: FakeExchange) -> Hall:
    """Return a hall whose finance software was given an invoice, and whose books do not know of it."""
    built = Hall.beside(tmp_path)
    built.certified("120.00")
    backup = Backup.of(built)
    built.app = replace(built.app, exchange=shared)
    assert run(built.app, hand_over).done == (KEY,)
    for name in list(shared.order):
        shared.take_away(HandOverKind.INVOICE, name)
    backup.put_back(built, said=False)
    return built


def becomes(hall: Hall, key: str, data: bytes) -> None:
    """Have the invoice of the books be another one, under that id."""
    with hall.ledger.transaction() as books:
        one = books.get(Invoice, KEY)
        document = hall.documents.put(data)
        attachments = tuple(replace(one, document=document) if one.main else one for one in one.content.attachments)
        content = replace(one.content, attachments=attachments)
        books.save(replace(one, id=key, main_file=document.sha256, content=content))


def test_what_another_invoice_was_given_under_its_id_is_not_its_own(hall: Hall) -> None:
    becomes(hall, KEY, b"une autre facture")
    assert run(hall.app, hand_over).done == (KEY,)
    first, second = sorted(hall.all(HandOver), key=lambda one: one.delivery)
    assert (first.key, second.key) == (f"{KEY} (livraison 000001)", KEY)


def test_an_invoice_that_has_another_id_now_keeps_its_receipt(hall: Hall) -> None:
    with hall.ledger.reading() as books:
        one = books.get(Invoice, KEY)
    becomes(hall, KEY, b"une autre facture")
    with hall.ledger.transaction() as books:
        books.save(replace(one, id="F2026-000009"))
    run(hall.app, hand_over)
    (first, *_) = sorted(hall.all(HandOver), key=lambda one: one.delivery)
    assert (first.id, first.key) == ("facture:F2026-000009", "F2026-000009")


def test_the_numbers_of_receipts_are_given_to_nobody_else(hall: Hall) -> None:
    hall.ledger.series.clear()
    restoration.signal(hall.app, AGENT, hall.clock.now(), "panne")
    restoration.ask(hall.app, AGENT)
    assert hall.ledger.series["facture-2026"] == 1
