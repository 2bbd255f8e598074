"""Nothing of an import leaves while one of its mandats is not decided, not visaed, or paid already."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import editor_drop, editor_flows
from dematfin.domain.event import Subject
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.intention import Intention, IntentionState, SupplierStatus
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.parties.bank import CallBack, KnownAccount
from dematfin.steps.held_back import held_back
from editor_hall import brought, brought_in, held, seen
from examples import AGENT, VISEUR, mandat
from exports import Listed, Ordered
from fakes.hall import Hall

OTHER = "FR6719999000420123456789A79"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall beside its finance software, two visaed invoices."""
    built = Hall.beside(tmp_path)
    built.certified("120.00", "45.30", start=101)
    return built


def change(hall: Hall, key: str = "F2026-000001", **changes: object) -> None:
    with hall.ledger.transaction() as books:
        books.save(replace(books.get(Invoice, key), **changes))


def test_nothing_holds_back_what_is_visaed(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path)
    with hall.ledger.reading() as books:
        assert held_back(hall.app, books, flow) == ()


def test_who_must_visa_and_since_when_is_told(tmp_path: Path) -> None:
    hall = Hall.beside(tmp_path)
    hall.deposit("120.00", start=101)
    hall.day()
    flow = brought(hall, tmp_path)
    (finding,) = seen(hall, flow).held
    assert finding.code == "IMPORT-VISA"
    assert "n'est pas visée : elle est « en visa » depuis le 02/03/2026" in finding.sentence
    assert "SCOLAIRE" in finding.sentence
    hall.certify(VISEUR)
    assert held(hall, flow) == []


@pytest.mark.parametrize("state", [InvoiceState.TO_CORRECT, InvoiceState.SENT_BACK, InvoiceState.INTERRUPTED])
def test_an_invoice_that_left_its_way_holds_back(hall: Hall, tmp_path: Path, state: InvoiceState) -> None:
    flow = brought(hall, tmp_path)
    change(hall, state=state)
    assert held(hall, flow) == ["IMPORT-VISA"]


def test_a_mandat_to_decide_holds_back(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(), Ordered(number=502, invoice="INCONNUE", amount="7.77"))
    (finding,) = seen(hall, flow).held
    assert finding.code == "IMPORT-A-DECIDER"
    assert finding.sentence.startswith("Mandat n° 502 : 7,77\xa0€ à PAPETERIE DU LAC, facture « INCONNUE »")
    assert f"bordereau revoir {flow.id}" in finding.sentence


def test_a_blocking_finding_holds_back_unless_it_was_forced(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path)
    change(hall, findings=(Finding(code="SUM-VAT", severity=Severity.BLOCKING, sentence="La TVA est fausse."),))
    assert held(hall, flow) == ["IMPORT-BLOQUEE"]


def test_what_chorus_pro_shows_ended_holds_back(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path)
    change(hall, remote_status="MANDATEE")
    (finding,) = seen(hall, flow).held
    assert (finding.code, "Chorus Pro la montre" in finding.sentence) == ("IMPORT-CHORUS", True)


def test_what_chorus_pro_refused_holds_back(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path)
    (invoice,) = [one for one in hall.all(Invoice) if one.id == "F2026-000001"]
    refused = Intention(
        id=f"{invoice.remote_id}:1:SERVICE_FAIT",
        invoice_id=invoice.id,
        remote_id=invoice.remote_id,
        status=SupplierStatus.SERVICE_FAIT,
        state=IntentionState.REFUSED,
        outcome="Chorus Pro dit non.",
        formed_at=hall.clock.now(),
    )
    with hall.ledger.transaction() as books:
        books.save(refused)
    assert "Chorus Pro dit non." in seen(hall, flow).held[0].sentence


def test_an_invoice_that_is_mandated_already_holds_back(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path)
    change(hall, state=InvoiceState.TO_PAY)
    with hall.ledger.transaction() as books:
        books.save(mandat(number=400, state=MandatState.SENT, editor=True))
        books.record(hall.app.event(Subject.INVOICE, "F2026-000001", "", "TO_PAY", "mandat M2026-000001"))
    (finding,) = seen(hall, flow).held
    assert finding.code == "IMPORT-DEJA-MANDATEE"
    assert "M2026-000001 (n° 400)" in finding.sentence


def test_an_invoice_that_two_imports_pay_holds_both_back(hall: Hall, tmp_path: Path) -> None:
    first = brought(hall, tmp_path)
    second = brought_in(hall, tmp_path, [Listed(mandats=(Ordered(number=601),), number=13)])
    with hall.ledger.transaction() as books:
        row = seen(hall, second).rows[0].pairing
        books.save(replace(row, state=seen(hall, first).rows[0].pairing.state, invoice_id="F2026-000001"))
    assert held(hall, first) == held(hall, second) == ["IMPORT-DEUX-FOIS"]
    editor_drop.drop(hall.app, AGENT, second.id, "doublon")
    assert held(hall, first) == []


def test_one_invoice_twice_beyond_what_is_due_holds_back(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(), Ordered(number=502, invoice="AUTRE", amount="120.00"))
    editor_flows.choose(hall.app, AGENT, flow.id, "502", "F2026-000001")
    assert held(hall, flow) == ["IMPORT-A-DECIDER"]  # no rule gives an invoice that a person has given
    editor_flows.choose(hall.app, AGENT, flow.id, "501", "F2026-000001")
    assert held(hall, flow) == ["ECART-DEUX-FOIS", "ECART-DEUX-FOIS"]


def test_what_the_visa_does_not_admit_holds_back(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(amount="120.00"))
    editor_flows.choose(hall.app, AGENT, flow.id, "501", "F2026-000001")
    change(hall, admitted=Decimal("100.00"))
    assert held(hall, flow) == ["ECART-MONTANT"]


def test_an_account_waits_for_two_people_and_may_be_cleared(hall: Hall, tmp_path: Path) -> None:
    flow = brought(hall, tmp_path, Ordered(iban=OTHER))
    assert held(hall, flow) == ["ECART-IBAN"]
    (waiting,) = [one for one in hall.all(KnownAccount) if not one.cleared]
    assert (waiting.iban, waiting.seen_in) == (OTHER, f"import {flow.id}")
    calls = tuple(CallBack(by=by, at=hall.clock.now(), trace="M. Lac, contrat") for by in ("agent", "maire"))
    with hall.ledger.transaction() as books:
        books.save(replace(waiting, calls=calls))
    assert held(hall, flow) == []
