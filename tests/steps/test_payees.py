"""Who is paid in the place of whom: a subcontractor up to its ceiling, a factor once two people have called back."""

import tempfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.acts import bank, payees
from dematfin.acts.payees import NewAssignment, NewSubcontract
from dematfin.domain.invoice.content import Amounts, InvoiceLine, Supplier, VatLine
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.kind import MandatKind
from dematfin.domain.mandat.mandat import Mandat, MandatState, Origin
from dematfin.domain.mandat.payee import ordered
from dematfin.domain.mandat.pieces import Piece, PieceKind
from dematfin.domain.money import ZERO
from dematfin.domain.parties.bank import KnownAccount
from dematfin.domain.parties.payee import Assignment, Subcontract
from dematfin.domain.parties.tiers import BankAccount
from dematfin.errors import Forbidden, RuleError, SeparationOfDuties
from dematfin.steps.keeping import Given
from dematfin.steps.liquidate import liquidate_all
from dematfin.steps.outcome import Tally
from examples import (
    AGENT,
    IBAN,
    MAIRE,
    SUPPLIER,
    VISEUR,
    account,
    assignment,
    content,
    engagement,
    invoice,
    subcontract,
    tiers,
)
from fakes.hall import Hall

FACTOR_IBAN = "FR7630006000011234567890189"
DC4 = Given(name="dc4.pdf", data=b"%PDF-1.7 dc4", kind=PieceKind.SOUS_TRAITANCE)
NOTICE = Given(name="notification.pdf", data=b"%PDF-1.7 cession", kind=PieceKind.CESSION)
HOLDER = tiers(id="F00100", name="BATISSEUR", identifier="73282932000074", siren="732829320")
FACTOR = tiers(
    id="F00700",
    name="FACTOFRANCE",
    identifier="35600000000048",
    siren="356000000",
    account=BankAccount(iban=FACTOR_IBAN, holder="FACTOFRANCE SA"),
)
ON_MARCHE = engagement("M-17", tiers="F00100", marche="2025-17", amount=Decimal(10_000_000))
ACCEPTED = NewSubcontract(marche="2025/17", holder="F00100", tiers="F00231", ceiling=Decimal(1000))


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    return opened(tmp_path)


def opened(folder: Path) -> Hall:
    hall = Hall.build(folder)
    with hall.ledger.transaction() as books:
        books.save(HOLDER, FACTOR, ON_MARCHE)
    return hall


def certified(hall: Hall, *invoices: Invoice) -> list[str]:
    """Make the mandats of certified invoices; return why some have none."""
    with hall.ledger.transaction() as books:
        books.save(*(replace(one, state=InvoiceState.SERVICE_FAIT) for one in invoices))
    tally = Tally("liquidation")
    liquidate_all(hall.app, tally)
    return [failure.sentence for failure in tally.outcome().failures]


def bill(order: int = 1, ttc: str = "120.00", **changes: object) -> Invoice:
    return invoice(f"F-{order}", ttc, key=f"F2026-{order:06d}", engagement="M-17", **changes)


def test_the_subcontractor_is_paid_on_an_engagement_with_the_titulaire(hall: Hall) -> None:
    contract = payees.accept_subcontract(hall.app, AGENT, ACCEPTED, DC4)
    assert certified(hall, bill()) == []
    (mandat,) = hall.all(Mandat)
    assert (mandat.tiers.id, mandat.tiers.account.iban) == ("F00231", IBAN)
    assert (mandat.subcontract, mandat.marche) == (contract.id, "2025-17")
    assert [one.kept_for for one in hall.all(Piece) if one.kind is PieceKind.SOUS_TRAITANCE] == [f"acte:{contract.id}"]


def test_without_an_acte_special_nobody_else_is_paid(hall: Hall) -> None:
    (sentence,) = certified(hall, bill())
    assert "F00100" in sentence
    payees.accept_subcontract(hall.app, AGENT, replace(ACCEPTED, marche="2025-18"), DC4)
    assert len(certified(hall)) == 1
    assert hall.all(Mandat) == ()


def test_a_subcontract_that_ended_pays_nobody(hall: Hall) -> None:
    contract = payees.accept_subcontract(hall.app, AGENT, ACCEPTED, DC4)
    payees.end_subcontract(hall.app, AGENT, contract.id, "chantier terminé")
    assert len(certified(hall, bill())) == 1


@settings(max_examples=15, deadline=None)
@given(amounts=st.lists(st.integers(1, 60_000), min_size=1, max_size=6), ceiling=st.integers(1, 100_000))
def test_no_order_of_invoices_passes_the_ceiling(amounts: list[int], ceiling: int) -> None:
    limit = Decimal(ceiling) / 100
    with tempfile.TemporaryDirectory() as folder:
        hall = opened(Path(folder))
        payees.accept_subcontract(hall.app, AGENT, replace(ACCEPTED, ceiling=limit), DC4)
        told = certified(hall, *(bill(n, f"{Decimal(cents) / 100}") for n, cents in enumerate(amounts, start=1)))
        made = hall.all(Mandat)
        total = sum((one.amount for one in made), ZERO)
        assert total <= limit
        assert len(made) + len(told) == len(amounts)
        left = [one.ttc for one in hall.all(Invoice) if one.state is InvoiceState.SERVICE_FAIT]
        assert all(total + amount > limit for amount in left)
        assert all("plafond" in sentence for sentence in told)


def test_what_is_cancelled_or_taken_back_frees_the_ceiling(hall: Hall) -> None:
    payees.accept_subcontract(hall.app, AGENT, replace(ACCEPTED, ceiling=Decimal(150)), DC4)
    assert certified(hall, bill(1)) == []
    assert len(certified(hall, bill(2))) == 1
    (mandat,) = hall.all(Mandat)
    back = replace(
        mandat,
        id="M2026-000099",
        kind=MandatKind.REDUCTION,
        amount=Decimal(100),
        subcontract="",
        origin=Origin(mandat=mandat.id, exercice=2026, number=1187),
    )
    with hall.ledger.transaction() as books:
        books.save(back)
    assert [one[1] for one in payees.subcontracts(hall.app, AGENT)] == [Decimal("20.00")]
    assert certified(hall) == []
    assert ordered([replace(mandat, state=MandatState.CANCELLED)]) == ZERO


def test_a_ceiling_below_what_is_ordered_is_refused_and_a_larger_one_taken(hall: Hall) -> None:
    payees.accept_subcontract(hall.app, AGENT, ACCEPTED, DC4)
    certified(hall, bill())
    with pytest.raises(RuleError, match="120,00"):
        payees.accept_subcontract(hall.app, AGENT, replace(ACCEPTED, ceiling=Decimal(100)), DC4)
    payees.accept_subcontract(hall.app, AGENT, replace(ACCEPTED, ceiling=Decimal(2000)), DC4)
    (contract,) = hall.all(Subcontract)
    assert contract.ceiling == Decimal(2000)
    assert len([one for one in hall.all(Piece) if one.kind is PieceKind.SOUS_TRAITANCE]) == 1
    with pytest.raises(RuleError, match="titulaire lui-même"):
        payees.accept_subcontract(hall.app, AGENT, replace(ACCEPTED, tiers="F00100"), DC4)


def without_tva(ttc: str, amount: str = "0") -> Amounts:
    total = Decimal(ttc)
    line = VatLine(rate=Decimal(20), base=total, amount=Decimal(amount))
    return Amounts(ht=total, ttc=total + line.amount, payable=total + line.amount, vat=(line,))


def test_autoliquidation_is_paid_without_tva_and_is_no_error(hall: Hall) -> None:
    payees.accept_subcontract(hall.app, AGENT, replace(ACCEPTED, reverse_charge=True), DC4)
    hall.chorus.deposit("9100001", content("F-1", engagement="M-17", amounts=without_tva("100.00")))
    hall.chorus.deposit("9100002", content("F-2", engagement="M-17", amounts=without_tva("100.00", "20.00")))
    hall.day()
    right, wrong = hall.all(Invoice)
    assert (right.state, right.findings) == (InvoiceState.IN_VISA, ())
    assert (wrong.state, wrong.findings[0].code) == (InvoiceState.TO_CORRECT, "SUM-REVERSE-CHARGE")
    assert certified(hall, right) == []
    assert hall.all(Mandat)[0].amount == Decimal("100.00")
    (sentence,) = certified(hall, wrong)
    assert "Autoliquidation" in sentence


def handed(hall: Hall, marche: str = "") -> Assignment:
    new = NewAssignment(supplier="F00231", factor="F00700", notified_on=date(2026, 1, 5), marche=marche)
    return payees.hand_over(hall.app, AGENT, new, NOTICE, "M. Lac, 04 00 00 00 00, contrat")


def test_a_factor_is_paid_on_its_own_account_once_two_people_have_called(hall: Hall) -> None:
    claim = handed(hall)
    (sentence,) = certified(hall, invoice())
    assert "seconde personne" in sentence
    with pytest.raises(SeparationOfDuties):
        payees.confirm_assignment(hall.app, AGENT, claim.id, "encore moi")
    with pytest.raises(Forbidden):
        payees.confirm_assignment(hall.app, VISEUR, claim.id, "M. Lac")
    payees.confirm_assignment(hall.app, MAIRE, claim.id, "M. Lac, au numéro du contrat")
    assert certified(hall) == []
    (mandat,) = hall.all(Mandat)
    assert (mandat.tiers.account.iban, mandat.tiers.account.holder) == (FACTOR_IBAN, "FACTOFRANCE SA")
    assert (mandat.tiers.name, mandat.assignment) == ("PAPETERIE DU LAC", claim.id)
    assert "cession à FACTOFRANCE" in mandat.label


def test_a_factor_whose_account_is_not_cleared_is_not_paid(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(assignment(), account(FACTOR_IBAN, id=f"356000000:{FACTOR_IBAN}", siren="356000000", trusted=False))
    (sentence,) = certified(hall, invoice())
    assert "n'est pas validé par deux personnes" in sentence


def test_a_cession_of_one_marche_concerns_no_other(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(assignment(marche="2025-18", key="202518"), engagement("M-18", marche="2025-18"))
    assert certified(hall, invoice(), invoice("F-2", key="F2026-000002", engagement="M-18")) == []
    assert [one.assignment for one in hall.all(Mandat)] == ["", "C2026-0001"]


def test_a_cession_that_ended_pays_the_supplier_again(hall: Hall) -> None:
    claim = handed(hall)
    with pytest.raises(RuleError, match="déjà cédé"):
        handed(hall)
    payees.end_assignment(hall.app, MAIRE, claim.id, "mainlevée du 02/03/2026")
    assert certified(hall, invoice()) == []
    assert hall.all(Mandat)[0].tiers.account.iban == IBAN


def test_what_speaks_of_a_subrogation_waits_for_its_record(hall: Hall) -> None:
    line = InvoiceLine(
        number=1, reference="Subrogation FACTOFRANCE", quantity=Decimal(1), unit_price=Decimal(100), ht=Decimal(100)
    )
    hall.chorus.deposit("9100001", content("F-1", lines=(line,)))
    named = Supplier(
        identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=FACTOR_IBAN, factor="Factofrance"
    )
    hall.chorus.deposit("9100002", content("F-2", supplier=named))
    hall.day()
    assert [one.findings[0].code for one in hall.all(Invoice)] == ["BANK-FACTOR", "BANK-FACTOR"]
    claim = handed(hall)
    hall.day()
    assert [one.findings[0].code for one in hall.all(Invoice)] == ["BANK-FACTOR-CALL", "BANK-FACTOR-CALL"]
    payees.confirm_assignment(hall.app, MAIRE, claim.id, "M. Lac, au numéro du contrat")
    hall.day()
    assert [one.state for one in hall.all(Invoice)] == [InvoiceState.IN_VISA] * 2


def test_another_factor_than_the_recorded_one_waits(hall: Hall) -> None:
    with hall.ledger.transaction() as books:
        books.save(assignment())
    stranger = Supplier(
        identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=FACTOR_IBAN, factor="FAUX FACTOR"
    )
    hall.chorus.deposit("9100001", content("F-1", supplier=stranger))
    hall.day()
    assert [one.code for one in hall.all(Invoice)[0].findings] == ["BANK-FACTOR"]


def test_the_account_of_a_factor_is_never_the_supplier_s_own(hall: Hall) -> None:
    """Cleared as the supplier's, it would be paid once the claim is the supplier's again."""
    with hall.ledger.transaction() as books:
        books.save(assignment())
    new = "FR1420041010050500013M02606"
    changed = Supplier(
        identifier_kind="1", identifier=SUPPLIER, name="PAPETERIE DU LAC", iban=new, factor="Factofrance"
    )
    hall.chorus.deposit("9100001", content("F-1", supplier=changed))
    hall.day()
    assert [one.findings[0].code for one in hall.all(Invoice)] == ["BANK-IBAN-DIFFERENT"]
    assert [(one.siren, one.name) for one in hall.all(KnownAccount) if one.iban == new] == [
        ("356000000", "FACTOFRANCE")
    ]
    for who in (AGENT, MAIRE):
        bank.confirm(hall.app, who, new, "Factofrance, 01 00 00 00 00, contrat")
    payees.end_assignment(hall.app, MAIRE, "C2026-0001", "mainlevée")
    hall.day()
    assert [one.state for one in hall.all(Invoice)] == [InvoiceState.TO_CORRECT]
    (sentence,) = certified(hall, *hall.all(Invoice))
    assert "n'est pas validé" in sentence


def test_what_ended_is_not_ended_again_at_another_day(hall: Hall) -> None:
    claim, contract = handed(hall), payees.accept_subcontract(hall.app, AGENT, ACCEPTED, DC4)
    payees.end_assignment(hall.app, MAIRE, claim.id, "mainlevée")
    payees.end_subcontract(hall.app, AGENT, contract.id, "chantier terminé")
    hall.clock.advance(days=3)
    with pytest.raises(RuleError, match="déjà terminé"):
        payees.end_assignment(hall.app, MAIRE, claim.id, "encore")
    with pytest.raises(RuleError, match="déjà terminé"):
        payees.end_subcontract(hall.app, AGENT, contract.id, "encore")


def test_the_ceiling_is_the_subcontract_s_own() -> None:
    assert subcontract().pays(SUPPLIER[:9], "F00100", "202517")
    assert not subcontract().pays("732829320", "F00100", "202517")
    assert not subcontract().pays(SUPPLIER[:9], "F00999", "202517")
