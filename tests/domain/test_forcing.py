"""Forcing: a named person lets pass what a person may, as long as it is the same thing."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.domain.invoice.controls import Known, control
from dematfin.domain.invoice.forcing import FORCIBLE, forced, weighed
from dematfin.domain.invoice.invoice import Invoice
from dematfin.errors import RuleError
from domain.controlled import CENT, GOOD, amounts, supplier
from examples import engagement, invoice

SHORT: Known = replace(GOOD, engagement=engagement(amount=Decimal("100.00")))


def controlled(subject: Invoice, known: Known = GOOD) -> Invoice:
    return replace(subject, findings=control(subject, known, CENT))


def test_what_is_forced_is_a_warning_that_names_who_and_why() -> None:
    held = controlled(invoice(), SHORT)
    again = controlled(forced(held, "Claire Agent", "avenant en cours"), SHORT)
    (found,) = again.findings
    assert (found.code, found.severity, found.proposal, found.motif) == (
        "CREDIT-ENGAGEMENT",
        Severity.WARNING,
        None,
        "",
    )
    assert found.sentence.endswith("Forcé par Claire Agent : avenant en cours")
    assert blocking(again.findings) == ()


def test_a_decision_holds_for_the_same_engagement_only() -> None:
    passed = forced(controlled(invoice(), SHORT), "Claire", "avenant")
    other = replace(GOOD, engagement=engagement("BC26-00078", amount=Decimal(1)))
    (found,) = blocking(control(passed, other, CENT))
    assert "BC26-00078" in found.sentence


def test_a_decision_on_an_amount_does_not_cover_another_one() -> None:
    wrong = invoice(amounts=amounts("100", "121", "121", ("20", "100", "21")))
    passed = forced(controlled(wrong), "Claire", "arrondi du fournisseur")
    assert blocking(control(passed, GOOD, CENT)) == ()
    changed = replace(passed, content=replace(wrong.content, amounts=amounts("100", "122", "122", ("20", "100", "22"))))
    assert [one.code for one in blocking(control(changed, GOOD, CENT))] == ["SUM-VAT"]


def test_all_that_blocks_is_forced_at_once_or_nothing() -> None:
    closed = replace(SHORT, engagement=replace(engagement(amount=Decimal(1)), open=False))
    passed = forced(controlled(invoice(service_code="FERME"), closed), "Claire", "vu avec le service")
    assert {one.code for one in passed.forced} == {"ROUTE-SERVICE-CLOSED", "ROUTE-ENG-CLOSED", "CREDIT-ENGAGEMENT"}
    mixed = controlled(invoice(supplier=supplier(iban="FR7630006000011234567890189")), closed)
    with pytest.raises(RuleError, match="BANK-IBAN-DIFFERENT"):
        forced(mixed, "Claire", "urgent")


def test_nothing_is_forced_where_nothing_blocks() -> None:
    with pytest.raises(RuleError, match="rien à forcer"):
        forced(controlled(invoice(delivered_on=None)), "Claire", "au cas où")


@pytest.mark.parametrize(
    "code",
    [
        "BANK-IBAN-DIFFERENT", "BANK-IBAN-INVALID", "BANK-FACTOR", "FRAME-ALREADY-PAID", "PAY-WITHOUT-ORDER",
        "STATUS-MANDATED", "SUM-TOTALS", "SUM-PAYABLE", "DUP-D1", "DUP-D2", "DUP-D5", "DUP-D6", "TIERS-UNKNOWN",
        "CREDIT-CHAPTER", "ROUTE-SIRET-UNKNOWN", "ROUTE-ENG-UNKNOWN", "ROUTE-ENG-SUPPLIER", "VISA-PAS_MON_SERVICE",
    ],
)  # fmt: skip
def test_what_pays_twice_or_the_wrong_one_is_never_forced(code: str) -> None:
    held = replace(invoice(), findings=(Finding(code=code, severity=Severity.BLOCKING, sentence="Non."),))
    with pytest.raises(RuleError, match=code):
        forced(held, "Claire", "urgent")


FINDINGS = st.lists(
    st.builds(
        Finding,
        code=st.sampled_from([*sorted(FORCIBLE), "DUP-D1"]),
        severity=st.sampled_from(Severity),
        sentence=st.just("Faux."),
        about=st.sampled_from(["", "1"]),
    ),
    max_size=5,
)


@given(before=FINDINGS, after=FINDINGS)
def test_only_what_was_decided_passes(before: list[Finding], after: list[Finding]) -> None:
    held = {(one.code, one.about) for one in blocking(before)}
    subject = replace(invoice(), findings=tuple(before))
    if not held or any(code not in FORCIBLE for code, _ in held):
        with pytest.raises(RuleError):
            forced(subject, "Claire", "vu")
        return
    for was, now in zip(after, weighed(after, forced(subject, "Claire", "vu").forced), strict=True):
        lets_pass = was.severity is Severity.BLOCKING and (was.code, was.about) in held
        assert now.severity is (Severity.WARNING if lets_pass else was.severity)
        assert ("Claire" in now.sentence) == lets_pass
