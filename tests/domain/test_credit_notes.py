"""Credit notes: linked to what they correct, by a number that suppliers write as they like."""

from dataclasses import replace

import pytest

from dematfin.domain.finding import Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from domain.controlled import GOOD, codes, findings
from examples import invoice

ORIGIN = invoice(key="F2026-000009")


def note(ttc: str = "20.00", origin: str = "F2026-0412") -> Invoice:
    return invoice("AV-1", ttc, kind=InvoiceKind.CREDIT_NOTE, origin_number=origin)


@pytest.mark.parametrize(
    ("state", "code", "severity"),
    [
        *(
            (state, "AVOIR-LINKED", Severity.INFO)
            for state in (InvoiceState.RECEIVED, InvoiceState.TO_CORRECT, InvoiceState.IN_VISA)
        ),
        (InvoiceState.INTERRUPTED, "AVOIR-LINKED", Severity.INFO),
        (InvoiceState.SENT_BACK, "AVOIR-LINKED", Severity.INFO),
        (InvoiceState.SERVICE_FAIT, "AVOIR-LINKED", Severity.INFO),
        (InvoiceState.TO_PAY, "AVOIR-AFTER-MANDAT", Severity.WARNING),
        (InvoiceState.ELSEWHERE, "AVOIR-AFTER-MANDAT", Severity.WARNING),
        (InvoiceState.REFUSED, "AVOIR-OF-REFUSED", Severity.BLOCKING),
        (InvoiceState.CANCELLED, "AVOIR-OF-REFUSED", Severity.BLOCKING),
    ],
)
def test_what_becomes_of_it_depends_on_the_invoice(state: InvoiceState, code: str, severity: Severity) -> None:
    assert codes(note(), replace(GOOD, origins=(replace(ORIGIN, state=state),))) == {code: severity}


@pytest.mark.parametrize(("ttc", "above"), [("120.00", False), ("120.01", True)])
def test_it_is_worth_the_invoice_at_most(ttc: str, above: bool) -> None:  # noqa: FBT001 - a parameter
    found = findings(note(ttc), replace(GOOD, origins=(ORIGIN,)))
    assert list(found) == (["AVOIR-ABOVE"] if above else ["AVOIR-LINKED"])
    if above:
        assert found["AVOIR-ABOVE"].proposal is SupplierStatus.REFUSED
        assert ORIGIN.id not in found["AVOIR-ABOVE"].motif


def test_without_an_invoice_a_person_must_look() -> None:
    assert codes(note(origin="")) == {"AVOIR-UNLINKED": Severity.WARNING}
    assert codes(note()) == {"AVOIR-UNKNOWN": Severity.WARNING}


def test_an_invoice_that_lives_goes_before_a_refused_one_of_the_same_number() -> None:
    refused = replace(ORIGIN, id="F2026-000010", state=InvoiceState.REFUSED)
    assert codes(note(), replace(GOOD, origins=(ORIGIN, refused))) == {"AVOIR-LINKED": Severity.INFO}


def test_an_invoice_corrects_nothing() -> None:
    assert codes(invoice(origin_number="F2026-0400"), replace(GOOD, origins=(ORIGIN,))) == {}
