"""A new account is paid after two different people have called the supplier back, and written how."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from dematfin.acts import bank
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.parties.tiers import BankAccount
from dematfin.errors import Forbidden, RuleError, SeparationOfDuties, UnknownRecord
from examples import ADMIN, AGENT, IBAN, MAIRE, SUPPLIER, VISEUR, account, content, tiers
from fakes.hall import Hall

S = InvoiceState
ID, OTHER = "F2026-000001", "F2026-000002"
NEW, THIRD_IBAN = "DE89370400440532013000", "GB29NWBK60161331926819"
CALL = "Mme Roy, 04 50 00 00 00, numéro du marché."
DIRECTOR = Person(id="directrice", name="Dina Directrice", roles=frozenset({Role.DIRECTEUR}))
SIREN = SUPPLIER[:9]


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    """Return a town hall that holds two invoices of its stationer, who has just changed banks."""
    built = Hall.build(tmp_path)
    with built.ledger.transaction() as books:
        books.save(account())
    supplier = replace(content().supplier, iban=NEW)
    for order in (1, 2):
        built.chorus.deposit(f"910000{order}", content(f"F-{order}", f"{order}0.00", supplier=supplier))
    built.day()
    assert set(states(built).values()) == {S.TO_CORRECT}
    return built


def states(hall: Hall) -> dict[str, InvoiceState]:
    return {one.id: one.state for one in hall.all(Invoice)}


def test_two_accounts_two_people_and_what_waited_goes_on(hall: Hall) -> None:
    assert [one.iban for one in bank.waiting(hall.app, AGENT)] == [NEW]
    first = bank.confirm(hall.app, AGENT, NEW, f" {CALL}\n")
    assert (first.cleared, [(call.by, call.trace) for call in first.calls]) == (False, [(AGENT.id, CALL)])
    assert set(states(hall).values()) == {S.TO_CORRECT}
    hall.day()
    assert hall.all(Mandat) == ()
    second = bank.confirm(hall.app, DIRECTOR, f"  {NEW[:4].lower()} {NEW[4:]} ", CALL)
    assert second.cleared
    assert set(states(hall).values()) == {S.IN_VISA}
    assert bank.waiting(hall.app, AGENT) == ()
    hall.day()
    hall.certify()
    waits = hall.day_of("préparation des bordereaux").failures
    assert ["demande son BIC" in one.sentence for one in waits] == [True, True]
    with hall.ledger.transaction() as books:
        books.save(tiers(account=BankAccount(iban=NEW, bic="TESTDEFFXXX", holder="PAPETERIE DU LAC")))
    hall.day()
    assert {one.tiers.account.iban for one in hall.all(Mandat)} == {NEW}


def test_the_journal_says_who_called_whom_and_never_the_whole_account(hall: Hall) -> None:
    bank.confirm(hall.app, AGENT, NEW, CALL)
    bank.confirm(hall.app, MAIRE, NEW, CALL)
    told = [one.event for one in hall.ledger.history(Subject.TIERS, [SIREN])]
    assert [one.by for one in told] == [AGENT.id, MAIRE.id]
    assert [one.after for one in told] == ["confirmé par une personne", "validé par deux personnes"]
    for one in told:
        assert CALL in one.motif
        assert "DE89…3000" in one.motif
        assert NEW not in one.motif


def test_the_same_person_twice_is_one(hall: Hall) -> None:
    bank.confirm(hall.app, AGENT, NEW, CALL)
    with pytest.raises(SeparationOfDuties, match="une autre personne"):
        bank.confirm(hall.app, AGENT, ID, "J'ai rappelé.")
    assert [len(one.calls) for one in bank.waiting(hall.app, AGENT)] == [1]
    assert set(states(hall).values()) == {S.TO_CORRECT}


@pytest.mark.parametrize("who", [VISEUR, ADMIN, replace(AGENT, active=False)], ids=lambda one: one.name)
def test_nobody_else_may(hall: Hall, who: Person) -> None:
    with pytest.raises(Forbidden, match=f"{who.name} ne peut pas valider le compte bancaire"):
        bank.confirm(hall.app, who, NEW, CALL)


@pytest.mark.parametrize(
    ("trace", "words"), [(" \n", "trace du contre-appel"), ("…", "donnez un motif"), ("x" * 513, "512")]
)
def test_the_trace_of_the_call_is_required_and_bounded(hall: Hall, trace: str, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        bank.confirm(hall.app, AGENT, NEW, trace)
    assert [one.calls for one in bank.waiting(hall.app, AGENT)] == [()]


def test_an_account_is_named_by_an_invoice_that_bears_it(hall: Hall) -> None:
    assert bank.confirm(hall.app, AGENT, f" {ID.lower()} ", CALL).iban == NEW
    assert bank.confirm(hall.app, MAIRE, OTHER, CALL).cleared
    with pytest.raises(RuleError, match="déjà validé"):
        bank.confirm(hall.app, DIRECTOR, ID, CALL)
    with pytest.raises(RuleError, match="déjà validé"):
        bank.confirm(hall.app, DIRECTOR, IBAN, CALL)


@pytest.mark.parametrize("wanted", ["F2026-000777", THIRD_IBAN, "", "%"])
def test_what_does_not_wait_is_said(hall: Hall, wanted: str) -> None:
    with pytest.raises(UnknownRecord, match=r"Aucun compte.*tiers iban liste"):
        bank.confirm(hall.app, AGENT, wanted, CALL)


def test_two_firms_with_one_account_are_each_cleared_for_themselves(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(account(NEW, id=f"555555555:{NEW}", siren="555555555", name="AUTRE FIRME", trusted=False))
    with pytest.raises(RuleError, match=r"Plusieurs fournisseurs.*AUTRE FIRME.*la facture qui le porte"):
        bank.confirm(hall.app, AGENT, NEW, CALL)
    bank.confirm(hall.app, AGENT, ID, CALL)
    bank.confirm(hall.app, MAIRE, ID, CALL)
    assert {one.siren: one.cleared for one in hall.all(KnownAccount) if one.iban == NEW} == {
        SIREN: True,
        "555555555": False,
    }
    assert set(states(hall).values()) == {S.IN_VISA}
    bank.confirm(hall.app, AGENT, NEW, CALL)  # only one waits now
    assert [one.name for one in bank.waiting(hall.app, AGENT)] == ["AUTRE FIRME"]


def test_two_new_accounts_of_one_firm_are_two_questions(hall: Hall) -> None:
    supplier = replace(content().supplier, iban=THIRD_IBAN)
    hall.chorus.deposit("9100003", content("F-3", "30.00", supplier=supplier))
    hall.day()
    for who in (AGENT, MAIRE):
        bank.confirm(hall.app, who, NEW, CALL)
    assert states(hall) == {ID: S.IN_VISA, OTHER: S.IN_VISA, "F2026-000003": S.TO_CORRECT}
    assert [one.iban for one in bank.waiting(hall.app, AGENT)] == [THIRD_IBAN]


def test_an_account_that_cannot_exist_is_nobodys_to_clear(hall: Hall) -> None:
    supplier = replace(content().supplier, iban=f"{NEW[:-1]}1")
    hall.chorus.deposit("9100003", content("F-3", "30.00", supplier=supplier))
    hall.day()
    held = next(one for one in hall.all(Invoice) if one.id == "F2026-000003")
    assert [one.code for one in blocking(held.findings)] == ["BANK-IBAN-INVALID"]
    with pytest.raises(UnknownRecord):
        bank.confirm(hall.app, AGENT, "F2026-000003", CALL)


def test_the_account_of_the_register_is_cleared_by_an_invoice_that_gives_none(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(account(trusted=False, seen_on=date(2026, 3, 1)))
    hall.chorus.deposit("9100003", content("F-3", "30.00", supplier=replace(content().supplier, iban="")))
    hall.day()
    assert bank.confirm(hall.app, AGENT, "F2026-000003", CALL).iban == IBAN
