"""Changed bank details: nobody is paid on an account that two people have not had confirmed by the firm."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.finding import Severity
from dematfin.domain.intention import SupplierStatus
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.invoice.controls import Known
from dematfin.domain.parties.bank import CALLERS, CallBack, KnownAccount, account_id
from dematfin.domain.parties.tiers import BankAccount
from dematfin.errors import RuleError, SeparationOfDuties
from domain.controlled import GOOD, codes, findings, supplier
from examples import IBAN, SUPPLIER, account, engagement, invoice, tiers

OTHER = "FR7630006000011234567890189"
GERMAN = "DE89370400440532013000"
DIFFERENT = {"BANK-IBAN-DIFFERENT": Severity.BLOCKING}
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def paid_on(iban: str, **known: Any) -> dict[str, Severity]:
    return codes(invoice(supplier=supplier(iban=iban)), replace(GOOD, **known))


def waiting(iban: str = OTHER, *callers: str) -> KnownAccount:
    calls = tuple(CallBack(by=who, at=AT, trace="01 02 03 04 05, contrat") for who in callers)
    return account(iban, trusted=False, calls=calls)


def of_register(iban: str) -> BankAccount:
    return BankAccount(iban=iban, holder="PAPETERIE DU LAC")


@pytest.mark.parametrize(
    ("accounts", "expected"),
    [
        ((account(),), DIFFERENT),
        ((), DIFFERENT),
        ((account(), waiting()), DIFFERENT),
        ((account(), waiting(OTHER, "claire")), DIFFERENT),
        ((account(), waiting(OTHER, "claire", "claire")), DIFFERENT),
        ((account(), waiting(OTHER, "claire", "jeanne")), {}),
        ((account(), account(OTHER)), {}),
    ],
)
def test_a_new_account_waits_for_two_people(accounts: tuple[KnownAccount, ...], expected: dict[str, Severity]) -> None:
    assert paid_on(OTHER, accounts=accounts) == expected


def test_the_known_account_goes_on_while_another_one_waits() -> None:
    assert paid_on(IBAN, accounts=(account(), waiting())) == {}


def test_the_remark_hides_the_account_and_names_who_has_confirmed() -> None:
    known = replace(GOOD, accounts=(account(), waiting(OTHER, "claire")))
    found = findings(invoice(supplier=supplier(iban=OTHER)), known)["BANK-IBAN-DIFFERENT"]
    assert OTHER not in found.sentence
    assert "FR76…0189" in found.sentence
    assert "claire l'a déjà confirmé" in found.sentence
    assert (found.about, found.proposal) == (OTHER, None)


@pytest.mark.parametrize("register", [OTHER, IBAN])
def test_without_an_account_on_the_invoice_that_of_the_register_is_judged(register: str) -> None:
    """The register may have been changed by somebody who was fooled."""
    known = {"tiers": (tiers(account=of_register(register)),)}
    assert paid_on("", **known) == (DIFFERENT if register == OTHER else {})


def test_it_is_the_account_of_the_engagement_s_creditor() -> None:
    both = (tiers(id="F00001", account=of_register(IBAN)), tiers(id="F00002", account=of_register(OTHER)))
    assert paid_on("", tiers=both, engagement=engagement(tiers="F00001")) == {}
    found = findings(
        invoice(supplier=supplier(iban="")), replace(GOOD, tiers=both, engagement=engagement(tiers="F00002"))
    )
    assert found["BANK-IBAN-DIFFERENT"].about == OTHER
    assert "registre des tiers" in found["BANK-IBAN-DIFFERENT"].sentence


def test_an_account_that_cannot_exist_is_not_offered_to_be_cleared() -> None:
    found = findings(invoice(supplier=supplier(iban=IBAN[:-1] + "7")))
    assert list(found) == ["BANK-IBAN-INVALID"]
    assert found["BANK-IBAN-INVALID"].proposal is SupplierStatus.REFUSED


@pytest.mark.parametrize(
    ("country", "iban", "expected"),
    [
        ("FR", GERMAN, {"BANK-IBAN-FOREIGN": Severity.WARNING}),
        ("DE", GERMAN, {}),
        ("FR", "MC5811222000010123456789030", {}),
        ("DE", IBAN, {}),
    ],
)
def test_a_french_firm_banks_in_france_even_when_nothing_changed(
    country: str, iban: str, expected: dict[str, Severity]
) -> None:
    written = invoice(supplier=supplier(country=country, iban=iban))
    assert codes(written, replace(GOOD, accounts=(account(iban),))) == expected


@pytest.mark.parametrize(
    ("factor", "held"),
    [("FACTOFRANCE", True), ("", False), ("Papeterie du  Lac", False), ("PAPETERIE DU LAC", False)],
)
def test_somebody_else_who_cashes_is_held_and_his_account_is_nobody_s_to_clear(factor: str, held: bool) -> None:  # noqa: FBT001
    found = findings(invoice(supplier=supplier(factor=factor, iban=OTHER)))
    assert list(found) == (["BANK-FACTOR"] if held else ["BANK-IBAN-DIFFERENT"])
    if held:
        assert found["BANK-FACTOR"].proposal is SupplierStatus.SUSPENDED


def test_a_credit_note_pays_nobody() -> None:
    note: dict[str, Any] = {"kind": InvoiceKind.CREDIT_NOTE, "supplier": supplier(iban=OTHER, factor="FACTOFRANCE")}
    assert set(codes(invoice(**note))) == {"AVOIR-UNLINKED"}


def test_a_firm_nobody_knows_is_first_to_be_created() -> None:
    nobody: Known = replace(GOOD, tiers=(), accounts=(), engagement=None)
    assert "TIERS-UNKNOWN" in codes(invoice(supplier=supplier(iban="")), nobody)
    assert "BANK-IBAN-DIFFERENT" not in codes(invoice(supplier=supplier(iban="")), nobody)


PEOPLE = st.sampled_from(["claire", "jeanne", "paul"])


@given(calls=st.lists(PEOPLE, max_size=6))
def test_no_one_person_clears_an_account_however_often(calls: list[str]) -> None:
    subject = waiting()
    heard: list[str] = []
    for who in calls:
        call = CallBack(by=who, at=AT, trace="rappelée au 01 02 03 04 05, numéro du marché")
        if subject.cleared:
            with pytest.raises(RuleError, match="déjà validé"):
                subject.confirmed(call)
        elif who in heard:
            with pytest.raises(SeparationOfDuties, match="une autre personne"):
                subject.confirmed(call)
        else:
            subject = subject.confirmed(call)
            heard.append(who)
        assert subject.cleared == (len(set(heard)) >= 2)
    assert CALLERS == 2
    assert [call.by for call in subject.calls] == heard


@pytest.mark.parametrize("trace", ["", "  \n"])
def test_a_word_without_a_trace_counts_for_nothing(trace: str) -> None:
    with pytest.raises(RuleError, match="trace du contre-appel"):
        waiting().confirmed(CallBack(by="claire", at=AT, trace=trace))


def test_an_account_belongs_to_a_firm() -> None:
    one = account(OTHER)
    assert one.id == account_id(SUPPLIER[:9], OTHER) != account_id("900000000", OTHER)
    assert one.seen_on == date(2026, 1, 5)
