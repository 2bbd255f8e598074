"""kill -9 in the middle of the daily order: run again, nothing is lost, nothing is said or sent twice.

The neighbours' own records are the judges.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from crash.town import Town
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.money import ZERO
from dematfin.steps.fetch import AHEAD

READABLE = 38
"""Deposits at Chorus Pro in the example data."""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town.open(tmp_path / "mairie") as opened:
        yield opened


def test_each_invoice_comes_in_once_whenever_the_import_dies(town: Town) -> None:
    kills = (1, 9, 15)
    for count in kills:
        assert town.journee(killed_at=("chorus", "telechargement", count)) is None
    done = town.journee()
    assert done is not None
    assert done.returncode == 0, done.stderr
    with town.app.ledger.reading() as books:
        invoices = books.find(Invoice)
    deposits = {line["idFacture"] for line in town.journal("chorus") if line["what"] == "telechargement"}
    assert len(deposits) == READABLE
    assert Counter(int(invoice.remote_id) for invoice in invoices) == Counter(deposits)
    assert sorted(invoice.id[-6:] for invoice in invoices) == [f"{n:06d}" for n in range(1, READABLE + 1)]
    again = town.journee()
    assert again is not None
    assert again.returncode == 0
    fetched = sum(line["what"] == "telechargement" for line in town.journal("chorus"))
    assert fetched <= READABLE + len(kills) * AHEAD  # what was on its way is asked for again, nothing else


def test_each_status_is_told_once_whenever_telling_dies(town: Town) -> None:
    assert town.journee() is not None
    town.certify_everything()
    with town.app.ledger.reading() as books:
        certified = {int(one.remote_id) for one in books.find(Invoice) if one.state.name == "SERVICE_FAIT"}
    town.neighbours.chorus.faults.set("cut_after_status", 2)
    for count in (1, 6, 10):
        assert town.journee(killed_at=("chorus", "statut", count)) is None
    for _ in range(2):
        assert town.journee() is not None
    assert town.statuses_told() == Counter({(key, "SERVICE_FAIT"): 1 for key in certified})
    assert not [line for line in town.journal("chorus") if line["what"] == "statut_refuse"]


@pytest.mark.parametrize("fault", ["cut_after_store", "never_answer"])
def test_each_flow_is_received_once_whenever_sending_dies(town: Town, fault: str) -> None:
    assert town.journee() is not None
    town.certify_everything()
    assert town.journee() is not None
    flows = town.sign_everything()
    assert flows >= 2
    town.neighbours.tdt.faults.set(fault, 1)
    for what in (("chorus", "statut", 16), ("chorus", "statut", 22), ("tdt", "depot", 1), ("tdt", "depot", 2)):
        town.journee(killed_at=what)
    _until_sent(town)
    received = Counter(line["nom"] for line in town.journal("tdt") if line["what"] == "depot")
    assert len(received) == flows
    assert set(received.values()) == {1}
    assert set(town.statuses_told().values()) == {1}
    _every_cent_is_kept(town)


def _until_sent(town: Town) -> None:
    for _ in range(12):
        town.journee()
        with town.app.ledger.reading() as books:
            if not books.find(Flux, state=(FluxState.SIGNED, FluxState.SENDING, FluxState.TO_VERIFY)):
                return
    pytest.fail("a flow never left")


def _every_cent_is_kept(town: Town) -> None:
    with town.app.ledger.reading() as books:
        mandats = books.find(Mandat)
        mandated = books.find(Invoice, id=tuple(key for mandat in mandats for key in mandat.invoice_ids))
    assert len(mandated) == sum(len(mandat.invoice_ids) for mandat in mandats) > 0
    assert sum((one.amount for one in mandats), ZERO) == sum((one.signed_amount for one in mandated), ZERO)
    assert town.app.ledger.verify_journal().broken_at == 0
