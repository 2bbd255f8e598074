"""Which invoices a finance software's mandats may pay, and which of them are free."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.invoice.content import InvoiceKind, Supplier
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.kind import BordereauKind
from dematfin.domain.money import parse
from dematfin.domain.parties.tiers import Tiers
from dematfin.ports.ledger import Record
from dematfin.steps.candidates import candidates
from examples import CCAS, SUPPLIER, assignment, invoice, tiers
from fakes.hall import Hall

FACTOR = "900123456"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.beside(tmp_path)


def found(hall: Hall, *siren: str) -> tuple[Candidate, ...]:
    claims = [
        Claim(
            kind=BordereauKind.ORDINARY,
            exercice=2026,
            bordereau=12,
            mandat=501,
            type="01",
            nature="01",
            creditor="X",
            siren=one,
            amount=parse("1.00"),
        )
        for one in siren
    ]
    with hall.ledger.reading() as books:
        return candidates(hall.app, books, "E2026-000001", claims)


def keep(hall: Hall, *records: Record) -> None:
    with hall.ledger.transaction() as books:
        books.save(*records)


def test_only_the_firms_that_are_paid_are_looked_at(hall: Hall) -> None:
    keep(hall, invoice())
    assert [one.invoice_id for one in found(hall, SUPPLIER[:9], "")] == ["F2026-000001"]
    assert found(hall, "123456782") == found(hall, "") == found(hall) == ()


def test_what_is_due_is_what_the_visa_admits_and_a_credit_note_is_negative(hall: Hall) -> None:
    note = invoice("A-1", "20.00", key="F2026-000002", kind=InvoiceKind.CREDIT_NOTE)
    keep(hall, replace(invoice(), admitted=parse("100.00")), note)
    assert [str(one.amount) for one in found(hall, SUPPLIER[:9])] == ["100.00", "-20.00"]


def test_neither_the_old_nor_the_budgets_that_we_mandate_are_looked_at(hall: Hall) -> None:
    old = invoice("V-1", key="F2026-000002", issued_on=date(2022, 1, 3))
    keep(hall, invoice(siret=CCAS), old)
    assert found(hall, SUPPLIER[:9]) == ()


@pytest.mark.parametrize(
    ("state", "free"),
    [
        (InvoiceState.RECEIVED, True),
        (InvoiceState.SERVICE_FAIT, True),
        (InvoiceState.TO_PAY, False),
        (InvoiceState.ELSEWHERE, False),
        (InvoiceState.REFUSED, None),
        (InvoiceState.CANCELLED, None),
    ],
)
def test_what_is_paid_by_others_is_seen_and_not_free(hall: Hall, state: InvoiceState, free: bool | None) -> None:  # noqa: FBT001
    keep(hall, replace(invoice(), state=state))
    assert [one.free for one in found(hall, SUPPLIER[:9])] == ([] if free is None else [free])


def test_behind_a_factor_are_the_firms_that_it_cashes_for(hall: Hall) -> None:
    factor: Tiers = tiers(id="F00700", name="FACTOFRANCE", siren=FACTOR)
    other = Supplier(identifier_kind="1", identifier="73282932000074", name="AUTRE")
    keep(hall, invoice(), invoice("B-1", key="F2026-000002", supplier=other), factor, assignment())
    assert [one.invoice_id for one in found(hall, FACTOR)] == ["F2026-000001"]
    keep(hall, assignment(ended_on=date(2026, 2, 1)))
    assert found(hall, FACTOR) == ()


def test_a_candidate_bears_the_start_of_its_legal_delay_and_what_chorus_pro_calls_it(hall: Hall) -> None:
    keep(hall, replace(invoice(), notified_on=date(2026, 3, 2), executed_on=date(2026, 3, 9)))
    (one,) = found(hall, SUPPLIER[:9])
    assert (one.notified_on, one.delay_starts_on) == (date(2026, 3, 2), date(2026, 3, 9))
    assert one.remote_id == invoice().remote_id
