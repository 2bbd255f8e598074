"""Codes are stable: screens, journals and habits hang on them. Each one fires, and the guide says it as it is."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest

from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.chorus import said
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.controls import Known
from dematfin.domain.invoice.forcing import FORCIBLE
from dematfin.domain.invoice.invoice import Invoice, Origin
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.payee import Payee
from dematfin.domain.registers import Credit
from domain.controlled import GOOD, amounts, findings, lines, supplier
from examples import COMMUNE, IBAN, RULES, account, assignment, attachment, engagement, invoice, subcontract

ROOT: Final = Path(__file__).parents[2]
GUIDE: Final = ROOT / "docs" / "controles.md"
SOURCE: Final = ROOT / "src" / "dematfin" / "domain" / "invoice"
CODE: Final = re.compile(r"(ROUTE|TIERS|SUM|MENTION|DATE|FRAME|PAY|STATUS|BANK|CREDIT|AVOIR|DUP|PAPER)(-[A-Z0-9]+)+")
WORDS: Final = {Severity.BLOCKING: "bloquante", Severity.WARNING: "alerte", Severity.INFO: "information"}

OTHER: Final = "FR7630006000011234567890189"
GERMAN: Final = "DE89370400440532013000"
STRICT: Final = replace(RULES, engagement_required=True)
NOTE: Final = InvoiceKind.CREDIT_NOTE
ORIGIN: Final = invoice(key="F2026-000009")
CREDIT: Final = Credit(
    id="011", siret=COMMUNE, exercice=2026, chapter="011", investment=False, available=Decimal("119.99")
)
CLOSE: Final = invoice("AUTRE", issued_on=date(2026, 2, 28))
AFTER: Final = replace(GOOD, earlier=(ORIGIN,))


def note(ttc: str = "20.00") -> Invoice:
    return invoice("AV-1", ttc, kind=NOTE, origin_number="F2026-0412")


def corrects(state: InvoiceState) -> Known:
    return replace(GOOD, origins=(replace(ORIGIN, state=state),))


def vat(ht: str, ttc: str, *line: str, **changes: str) -> Invoice:
    rate, base, amount = line
    return invoice(amounts=amounts(ht, ttc, ttc, (rate, base, amount)), **changes)


EXAMPLES: Final[dict[str, tuple[Invoice, Known]]] = {
    "ROUTE-SIRET-UNKNOWN": (invoice(), replace(GOOD, ours=False)),
    "ROUTE-SERVICE-MISSING": (invoice(service_code=""), GOOD),
    "ROUTE-SERVICE-UNKNOWN": (invoice(service_code="INCONNU"), GOOD),
    "ROUTE-SERVICE-CLOSED": (invoice(service_code="FERME"), GOOD),
    "ROUTE-ENG-MISSING": (invoice(engagement=""), replace(GOOD, rules=STRICT, engagement=None)),
    "ROUTE-ENG-UNKNOWN": (invoice(), replace(GOOD, engagement=None)),
    "ROUTE-ENG-CLOSED": (invoice(), replace(GOOD, engagement=engagement(open=False))),
    "ROUTE-ENG-SUPPLIER": (invoice(), replace(GOOD, engagement=engagement(tiers="F00999"))),
    "ROUTE-MARCHE": (invoice(marche="2024-03"), replace(GOOD, engagement=engagement(marche="2025-17"))),
    "TIERS-UNKNOWN": (invoice(), replace(GOOD, tiers=())),
    "SUM-TOTALS": (vat("100", "125", "20", "100", "20"), GOOD),
    "SUM-VAT": (vat("100", "125", "20", "100", "25"), GOOD),
    "SUM-VAT-RATE": (vat("100", "119.60", "19.6", "100", "19.60"), GOOD),
    "SUM-VAT-SUBCONTRACTED": (vat("60", "80", "20", "100", "20", marche="2025-17"), GOOD),
    "SUM-VAT-MISSING": (invoice(amounts=amounts("100", "120", "120")), GOOD),
    "SUM-BASES": (vat("150", "170", "20", "100", "20"), GOOD),
    "SUM-LINE": (invoice(lines=lines(("1", "50", "100"))), GOOD),
    "SUM-LINES": (invoice(lines=lines(("1", "90", "90"))), GOOD),
    "SUM-PAYABLE": (invoice(amounts=amounts("120", "120", "130")), GOOD),
    "SUM-ZERO": (invoice(amounts=amounts("0", "0", "0")), GOOD),
    "SUM-CURRENCY": (invoice(currency="USD"), GOOD),
    "MENTION-DELIVERY": (invoice(delivered_on=None), GOOD),
    "MENTION-SIRET": (invoice(supplier=supplier(identifier="91098765000018")), GOOD),
    "MENTION-READABLE": (invoice(attachments=()), GOOD),
    "DATE-FUTURE": (invoice(issued_on=date(2026, 3, 3)), GOOD),
    "DATE-PRESCRIBED": (invoice(delivered_on=date(2021, 12, 31)), GOOD),
    "DATE-BEFORE-SERVICE": (invoice(delivered_on=date(2026, 2, 21)), GOOD),
    "FRAME-ALREADY-PAID": (invoice(frame="A2"), GOOD),
    "FRAME-WORKS": (invoice(frame="A4"), GOOD),
    "FRAME-DIRECT": (invoice(frame="A9"), GOOD),
    "PAY-WITHOUT-ORDER": (invoice(payment_mode="49"), GOOD),
    "STATUS-MANDATED": (replace(invoice(), remote_status="MANDATEE"), GOOD),
    "SUM-REVERSE-CHARGE": (invoice(), replace(GOOD, payee=Payee(subcontract=subcontract(reverse_charge=True)))),
    "BANK-FACTOR-CALL": (invoice(), replace(GOOD, payee=Payee(assignment=assignment(calls=())))),
    "BANK-FACTOR": (invoice(supplier=supplier(factor="FACTOFRANCE")), GOOD),
    "BANK-IBAN-DIFFERENT": (invoice(supplier=supplier(iban=OTHER)), GOOD),
    "BANK-IBAN-INVALID": (invoice(supplier=supplier(iban=IBAN[:-1] + "7")), GOOD),
    "BANK-IBAN-FOREIGN": (invoice(supplier=supplier(iban=GERMAN)), replace(GOOD, accounts=(account(GERMAN),))),
    "CREDIT-ENGAGEMENT": (invoice(), replace(GOOD, engagement=engagement(left=Decimal("119.99")))),
    "CREDIT-CHAPTER": (invoice(), replace(GOOD, credit=CREDIT)),
    "AVOIR-LINKED": (note(), corrects(InvoiceState.IN_VISA)),
    "AVOIR-UNLINKED": (invoice(kind=NOTE), GOOD),
    "AVOIR-UNKNOWN": (note(), GOOD),
    "AVOIR-ABOVE": (note("120.01"), corrects(InvoiceState.IN_VISA)),
    "AVOIR-AFTER-MANDAT": (note(), corrects(InvoiceState.TO_PAY)),
    "AVOIR-OF-REFUSED": (note(), corrects(InvoiceState.REFUSED)),
    "DUP-D1": (invoice(), AFTER),
    "DUP-D2": (invoice(ttc="99.00"), AFTER),
    "DUP-D3": (invoice("AUTRE"), AFTER),
    "DUP-D4": (CLOSE, AFTER),
    "DUP-D5": (invoice("AUTRE", "99.00", attachments=(attachment("F2026-0412.pdf"),)), AFTER),
    "DUP-D6": (invoice(), replace(GOOD, earlier=(replace(ORIGIN, origin=Origin.SCAN),))),
    "PAPER-CHORUS": (replace(invoice(), origin=Origin.SCAN), GOOD),
    "DUP-D7": (invoice("F2026-0421"), AFTER),
}
"""Each code with an invoice on which it is the only thing to say."""


def written() -> Iterator[str]:
    """Yield every code that the source gives to a finding."""
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                yield node.value


def rows() -> dict[str, list[str]]:
    """Return the rows of the guide by code: what, severity, forcible, remedy, status, law."""
    cells = [line.strip().strip("|").split("|") for line in GUIDE.read_text(encoding="utf-8").splitlines()]
    return {row[0].strip(" `"): [cell.strip() for cell in row[1:]] for row in cells if row[0].startswith(" `")}


def only(code: str) -> Finding:
    subject, known = EXAMPLES[code]
    found = findings(subject, known)
    assert list(found) == [code]
    return found[code]


def test_the_list_is_complete_and_nothing_in_it_is_dead() -> None:
    assert set(written()) == set(EXAMPLES) == set(rows())
    assert set(EXAMPLES) >= FORCIBLE


@pytest.mark.parametrize("code", EXAMPLES)
def test_each_code_fires_alone_and_the_guide_says_it_as_it_is(code: str) -> None:
    found = only(code)
    what, severity, forcible, remedy, status, law = rows()[code]
    assert what
    assert remedy
    assert WORDS[found.severity] in severity
    assert forcible == ("oui" if code in FORCIBLE else "non")
    assert law == found.article
    assert status.lower() == (said(found.proposal) if found.proposal else "")


@pytest.mark.parametrize("code", EXAMPLES)
def test_a_sentence_is_for_a_person(code: str) -> None:
    found = only(code)
    assert found.sentence[0].isupper()
    assert found.sentence.endswith(".")
    assert "  " not in found.sentence
    if found.severity is Severity.BLOCKING:
        remedies = (
            r"\b(Renvoyez|Rejetez|[ée]cartez|Écartez|Créez|décidez|rappelez|Complétez|Faites|Vérifiez|Voyez|importez)"
        )
        assert re.search(f"{remedies}|mettez à jour|Rouvrez|Demandez|à écarter", found.sentence)
