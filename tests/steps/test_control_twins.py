"""Look-alikes and credit notes as the ledger finds them: across channels, budgets, episodes, and a person's word."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import doubles
from dematfin.domain.invoice.content import Content, InvoiceKind
from dematfin.domain.invoice.duplicates import Pair
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.registers import engagement_id
from examples import AGENT, CCAS, content, engagement, invoice
from fakes.hall import Hall

ONE, TWO = "9100001", "9100002"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def numbered(hall: Hall, key: str) -> Invoice:
    found = {one.id: one for one in hall.all(Invoice)}[key]
    assert isinstance(found, Invoice)
    return found


def codes(hall: Hall, key: str) -> list[str]:
    return [finding.code for finding in numbered(hall, key).findings]


def certified(hall: Hall) -> None:
    hall.day()
    hall.certify()
    hall.day()


def credit_note(**changes: str) -> Content:
    return content("AV-1", "20.00", kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1", **changes)


def test_the_agent_reads_which_mandat_pays_the_other_one(hall: Hall) -> None:
    hall.chorus.deposit(ONE, content("F-1"))
    hall.day()
    hall.chorus.deposit(TWO, content("F-1"))
    hall.day()
    assert codes(hall, "F2026-000002") == ["DUP-D1"]
    assert "F2026-000001 du même fournisseur (en visa)" in numbered(hall, "F2026-000002").findings[0].sentence
    hall.certify()
    for _ in range(2):
        hall.day()
    assert "(mandatée, mandat n° 1187)" in numbered(hall, "F2026-000002").findings[0].sentence
    assert len(hall.all(Mandat)) == 1


def test_distinct_says_a_person_and_the_second_goes_on_for_good(hall: Hall) -> None:
    for key, ttc in ((ONE, "120.00"), (TWO, "130.00")):
        hall.chorus.deposit(key, content("LOYER", ttc))
    hall.day()
    assert codes(hall, "F2026-000002") == ["DUP-D2"]
    decided = doubles.decide(hall.app, AGENT, "F2026-000002", "F2026-000001", "deux loyers", distinct=True)
    assert decided.state is InvoiceState.IN_VISA
    assert [(one.by, one.motif, one.distinct) for one in hall.all(Pair)] == [("Claire Agent", "deux loyers", True)]
    hall.day()
    hall.certify()
    hall.day()
    assert len(hall.all(Mandat)) == 2


def test_what_comes_back_under_the_number_of_a_later_one_is_held(hall: Hall) -> None:
    hall.chorus.deposit(ONE, content("F-1"))
    hall.day()
    hall.chorus.statuses[ONE] = "A_RECYCLER"
    hall.chorus.deposit(TWO, content("F-2"))
    certified(hall)
    hall.chorus.deposit(ONE, content("F-2"))
    hall.day()
    assert "DUP-D1" in codes(hall, "F2026-000001")
    assert numbered(hall, "F2026-000001").state is InvoiceState.TO_CORRECT


def test_of_two_that_wait_the_first_goes_on(hall: Hall) -> None:
    for key in (ONE, TWO):
        hall.chorus.deposit(key, content("F-1"))
    hall.day()
    states = [one.state for one in hall.all(Invoice)]
    assert states == [InvoiceState.IN_VISA, InvoiceState.TO_CORRECT]


def test_paper_of_an_invoice_that_the_portal_brought_is_held(hall: Hall) -> None:
    scanned = replace(invoice("F-1", key="F2026-900001", attachments=()), origin=Origin.SCAN, remote_id="scan:1")
    hall.chorus.deposit(ONE, content("F-1"))
    hall.day()
    with hall.ledger.transaction() as books:
        books.save(scanned)
    hall.day()
    assert "DUP-D6" in codes(hall, "F2026-900001")


@pytest.mark.parametrize(("siret", "expected"), [("", "AVOIR-LINKED"), (CCAS, "AVOIR-UNKNOWN")])
def test_a_credit_note_finds_its_invoice_in_its_own_budget(hall: Hall, siret: str, expected: str) -> None:
    with hall.ledger.transaction() as books:
        books.save(engagement(siret=CCAS, id=engagement_id(CCAS, "BC26-00077")))
    hall.chorus.deposit(ONE, content("F-1"))
    hall.chorus.deposit(TWO, credit_note(**({"siret": siret} if siret else {})))
    hall.day()
    assert codes(hall, "F2026-000002") == [expected]


def test_a_credit_note_that_comes_after_the_mandat_is_for_the_comptable(hall: Hall) -> None:
    hall.chorus.deposit(ONE, content("F-1"))
    certified(hall)
    hall.chorus.deposit(TWO, credit_note())
    hall.day()
    assert codes(hall, "F2026-000002") == ["AVOIR-AFTER-MANDAT"]
