"""Money reserved and money voted: taken as mandats are made, never beyond, whatever passed the controls together."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.acts import holds, mandats
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.registers import Credit, Engagement, Imputation, credit_id
from dematfin.steps.outcome import Outcome
from examples import AGENT, COMMUNE, content, engagement
from fakes.hall import Hall


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def save(hall: Hall, *records: Engagement | Credit) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def credit(available: str, nature: str = "60632", *, year: int = 2026) -> Credit:
    imputation = Imputation(nature=nature)
    return Credit(
        id=credit_id(COMMUNE, year, imputation),
        siret=COMMUNE,
        exercice=year,
        chapter=imputation.chapitre,
        investment=False,
        available=Decimal(available),
    )


def paid(hall: Hall) -> list[Decimal]:
    return [mandat.amount for mandat in hall.all(Mandat)]


def certified(hall: Hall, *amounts: str) -> Outcome:
    """Have invoices controlled, certified, and prepared for payment; return the account of the preparation."""
    hall.deposit(*amounts)
    hall.day()
    assert {one.state for one in hall.all(Invoice)} == {InvoiceState.IN_VISA}
    hall.certify()
    return hall.day_of("préparation des bordereaux")


def test_the_last_mandat_of_an_engagement_is_refused_when_too_little_is_left(hall: Hall) -> None:
    """Each of the three is within the engagement: only together are they beyond."""
    save(hall, engagement(amount=Decimal("300.00")))
    (failure,) = certified(hall, "120.00", "130.00", "100.00").failures
    assert paid(hall) == [Decimal("120.00"), Decimal("130.00")]
    assert "F2026-000003" in failure.sentence
    assert "Il reste 50,00\xa0€ sur l'engagement BC26-00077" in failure.sentence
    (taken,) = hall.all(Engagement)
    assert (taken.mandated, taken.remaining) == (Decimal("250.00"), Decimal("50.00"))
    hall.day()
    assert len(paid(hall)) == 2
    save(hall, replace(taken, amount=Decimal("350.00")))
    hall.day()
    assert paid(hall) == [Decimal("120.00"), Decimal("130.00"), Decimal("100.00")]
    assert [one.number for one in hall.all(Mandat)] == [1187, 1188, 1189]


def test_nor_is_a_chapter_exceeded(hall: Hall) -> None:
    save(hall, credit("250.00"), credit("0.00", "6531"), credit("0.00", year=2025))
    (failure,) = certified(hall, "120.00", "130.00", "0.01").failures
    assert paid(hall) == [Decimal("120.00"), Decimal("130.00")]
    assert "Crédits insuffisants au chapitre 011 (2026)" in failure.sentence
    assert {one.id: one.remaining for one in hall.all(Credit)} == {
        f"{COMMUNE}:2026:F:011": Decimal("0.00"),
        f"{COMMUNE}:2026:F:65": Decimal("0.00"),
        f"{COMMUNE}:2025:F:011": Decimal("0.00"),
    }


def test_an_invoice_beyond_what_is_left_is_held_before_anybody_certifies_it(hall: Hall) -> None:
    certified(hall, "120.00")
    save(hall, engagement(amount=Decimal("200.00"), mandated=Decimal("120.00")))
    hall.deposit("90.00", start=2)
    hall.day()
    held = {one.id: one for one in hall.all(Invoice)}["F2026-000002"]
    assert (held.state, [one.code for one in held.findings]) == (InvoiceState.TO_CORRECT, ["CREDIT-ENGAGEMENT"])


def test_a_forced_invoice_is_mandated_beyond_its_engagement_its_credit_note_taken_off(hall: Hall) -> None:
    save(hall, engagement(amount=Decimal("100.00")))
    hall.deposit("120.00")
    note = content("AV-1", "12.00", kind=InvoiceKind.CREDIT_NOTE, origin_number="F-1")
    hall.chorus.deposit("9100002", note)
    hall.day()
    holds.force(hall.app, AGENT, "F2026-000001", "avenant en cours de signature")
    hall.day()
    hall.certify()
    hall.day()
    assert paid(hall) == [Decimal("108.00")]
    assert hall.all(Engagement)[0].remaining == Decimal("-8.00")


def test_a_corrected_account_moves_the_money_from_one_chapter_to_the_other(hall: Hall) -> None:
    save(hall, credit("500.00"), credit("500.00", "6531"))
    certified(hall, "120.00")
    (mandat,) = hall.all(Mandat)
    with hall.ledger.transaction() as books:
        books.save(replace(mandat, state=MandatState.PREPARED))
    mandats.correct(hall.app, AGENT, mandat.id, Imputation(nature="6531"))
    assert {one.chapter: one.mandated for one in hall.all(Credit)} == {"011": Decimal("0.00"), "65": Decimal("120.00")}
    assert hall.all(Engagement)[0].mandated == Decimal("120.00")
