"""A changed account from the first alarm to the payment: two people, and nobody is paid before the second."""

from dataclasses import replace
from pathlib import Path

import pytest

from dematfin.acts import bank
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.content import Content
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.tiers import BankAccount
from dematfin.errors import SeparationOfDuties
from examples import AGENT, IBAN, MAIRE, content, tiers
from fakes.hall import Hall

KEY = "9100001"
OTHER = "FR7630006000011234567890189"
TRACE = "Mme Lac, 01 02 03 04 05, numéro du marché"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return Hall.build(tmp_path)


def written(iban: str, number: str = "F-1", **changes: str) -> Content:
    usual = content(number)
    return replace(usual, supplier=replace(usual.supplier, iban=iban, **changes))


def only(hall: Hall) -> Invoice:
    (found,) = hall.all(Invoice)
    assert isinstance(found, Invoice)
    return found


def blocked(hall: Hall) -> list[str]:
    return [finding.code for finding in only(hall).findings]


def known(hall: Hall) -> dict[str, tuple[str, bool]]:
    return {one.iban: (one.seen_in, one.cleared) for one in hall.all(KnownAccount)}


def change_register(hall: Hall, iban: str) -> None:
    with hall.ledger.transaction() as books:
        books.save(tiers(account=BankAccount(iban=iban, bic="TESTFRPP", holder="PAPETERIE DU LAC")))


def test_a_changed_account_is_paid_once_two_people_have_called_back(hall: Hall) -> None:
    hall.chorus.deposit(KEY, written(OTHER))
    hall.day()
    assert (only(hall).state, blocked(hall)) == (InvoiceState.TO_CORRECT, ["BANK-IBAN-DIFFERENT"])
    assert known(hall) == {IBAN: ("registre des tiers", True), OTHER: ("facture F2026-000001", False)}
    bank.confirm(hall.app, AGENT, only(hall).id, TRACE)
    with pytest.raises(SeparationOfDuties):
        bank.confirm(hall.app, AGENT, OTHER, TRACE)
    hall.day()
    assert (only(hall).state, blocked(hall)) == (InvoiceState.TO_CORRECT, ["BANK-IBAN-DIFFERENT"])
    bank.confirm(hall.app, MAIRE, OTHER, TRACE)
    hall.day()
    assert only(hall).state is InvoiceState.IN_VISA
    hall.certify()
    hall.day()
    (mandat,) = hall.all(Mandat)
    assert (mandat.tiers.account.iban, mandat.tiers.account.bic) == (OTHER, "")


def test_the_next_invoice_on_a_cleared_account_waits_for_nobody(hall: Hall) -> None:
    hall.chorus.deposit(KEY, written(OTHER))
    hall.day()
    for who in (AGENT, MAIRE):
        bank.confirm(hall.app, who, OTHER, TRACE)
    hall.chorus.deposit("9100002", written(OTHER, "F-2"))
    hall.chorus.deposit("9100003", written(IBAN, "F-3"))
    hall.day()
    assert {one.state for one in hall.all(Invoice)} == {InvoiceState.IN_VISA}


def test_a_register_changed_behind_our_back_waits_too(hall: Hall) -> None:
    """Whoever fooled the finance service has had the register changed; the invoice bears no account."""
    hall.chorus.deposit("9100009", written(IBAN, "F-9"))
    hall.day()
    change_register(hall, OTHER)
    hall.chorus.deposit(KEY, written(""))
    hall.day()
    held = next(one for one in hall.all(Invoice) if one.number == "F-1")
    assert [one.code for one in blocking(held.findings)] == ["BANK-IBAN-DIFFERENT"]
    assert known(hall)[OTHER] == ("registre des tiers", False)
    bank.confirm(hall.app, AGENT, held.id, TRACE)
    bank.confirm(hall.app, MAIRE, held.id, TRACE)
    hall.day()
    hall.certify()
    hall.day()
    assert {one.tiers.account.iban for one in hall.all(Mandat)} == {OTHER, IBAN}


def test_a_register_changed_after_the_visa_makes_no_mandat(hall: Hall) -> None:
    hall.chorus.deposit(KEY, written(""))
    hall.day()
    hall.certify()
    change_register(hall, OTHER)
    outcome = hall.day_of("préparation des bordereaux")
    assert hall.all(Mandat) == ()
    assert "n'est pas validé par deux personnes" in outcome.failures[0].sentence


def test_a_firm_first_heard_of_by_its_invoice_is_trusted_by_nobody(hall: Hall) -> None:
    """Its record may have been copied from the very invoice."""
    with hall.ledger.transaction() as books:
        books.save(tiers(siren="900000000", identifier="90000000000000"))
    hall.chorus.deposit(KEY, written(IBAN))
    hall.day()
    assert "TIERS-UNKNOWN" in blocked(hall)
    with hall.ledger.transaction() as books:
        books.save(tiers())
    hall.day()
    assert blocked(hall) == ["BANK-IBAN-DIFFERENT"]
    assert known(hall) == {IBAN: ("facture F2026-000001", False)}


@pytest.mark.parametrize(
    "wrong",
    [
        replace(written(OTHER), siret="21990051000013"),
        replace(written(OTHER), frame="A2"),
        written(OTHER, factor="FACTOFRANCE"),
        written(OTHER[:-1] + "8"),
    ],
    ids=["not ours", "already paid", "a factor's", "no account"],
)
def test_what_is_no_account_to_pay_is_not_offered_to_be_cleared(hall: Hall, wrong: Content) -> None:
    hall.chorus.deposit(KEY, wrong)
    hall.day()
    assert only(hall).state is InvoiceState.TO_CORRECT
    assert set(known(hall)) <= {IBAN}
