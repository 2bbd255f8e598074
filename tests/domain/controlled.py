"""An invoice on which there is nothing to say, what is known around it, and the verdict of the controls."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.content import Amounts, InvoiceLine, Supplier, VatLine
from dematfin.domain.invoice.controls import Known, control
from dematfin.domain.invoice.invoice import Invoice
from examples import IBAN, RULES, SUPPLIER, account, engagement, tiers

CENT: Final = Decimal("0.01")
GOOD: Final = Known(
    today=date(2026, 3, 2),
    ours=True,
    rules=RULES,
    engagement=engagement(),
    tiers=(tiers(),),
    accounts=(account(),),
)


def findings(subject: Invoice, known: Known = GOOD, tolerance: Decimal = CENT) -> dict[str, Finding]:
    """Control, and return the findings by code, each of which must be there once."""
    found = control(subject, known, tolerance)
    assert len({finding.code for finding in found}) == len(found)
    return {finding.code: finding for finding in found}


def codes(subject: Invoice, known: Known = GOOD, tolerance: Decimal = CENT) -> dict[str, Severity]:
    """Control, and return the severity of each finding."""
    return {code: finding.severity for code, finding in findings(subject, known, tolerance).items()}


def amounts(ht: str, ttc: str, payable: str, *vat: tuple[str, str, str]) -> Amounts:
    """Return totals, and a rate, a base and a VAT for each line."""
    lines = tuple(VatLine(rate=Decimal(r), base=Decimal(b), amount=Decimal(a)) for r, b, a in vat)
    return Amounts(ht=Decimal(ht), ttc=Decimal(ttc), payable=Decimal(payable), vat=lines)


def lines(*written: tuple[str, str, str]) -> tuple[InvoiceLine, ...]:
    """Return lines of a quantity, a unit price and an amount before VAT."""
    return tuple(
        InvoiceLine(number=number, quantity=Decimal(quantity), unit_price=Decimal(price), ht=Decimal(ht))
        for number, (quantity, price, ht) in enumerate(written, start=1)
    )


def supplier(**changes: Any) -> Supplier:
    """Return the stationer as it writes itself."""
    usual = Supplier(identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=IBAN)
    return replace(usual, **changes)
