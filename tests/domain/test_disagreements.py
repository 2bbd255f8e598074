"""What an editor's mandat says otherwise than its invoice: named on both sides, to the cent, accounts masked."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

import pytest

from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.disagreements import ACCEPTABLE, Paired, acceptance, disagreements, due
from dematfin.domain.finding import Finding, Severity
from dematfin.domain.invoice.content import InvoiceKind
from dematfin.domain.mandat.kind import BordereauKind
from examples import CCAS, COMMUNE, IBAN, SUPPLIER, account, assignment, invoice

OTHER: Final = "FR6719999000420123456789A79"
FACTOR: Final = "900123456"
BLOCKING, WARNING = Severity.BLOCKING, Severity.WARNING


def claim(**changes: Any) -> Claim:
    usual = Claim(
        kind=BordereauKind.ORDINARY,
        exercice=2026,
        bordereau=12,
        mandat=501,
        type="01",
        nature="01",
        creditor="PAPETERIE DU LAC",
        identifier=SUPPLIER,
        siren=SUPPLIER[:9],
        number="F2026-0412",
        amount=Decimal("120.00"),
        iban=IBAN,
    )
    return replace(usual, **changes)


def pair(**changes: Any) -> Paired:
    """Return a mandat and its invoice, which agree; `claim` are changes of the mandat."""
    changed = claim(**changes.pop("claim", {}))
    usual: dict[str, Any] = {
        "claim": changed,
        "invoice": invoice(),
        "budget": (COMMUNE, "COMMUNE"),
        "invoice_budget": "COMMUNE",
        "asked": changed.amount,
        "accounts": (account(),),
    }
    return Paired(**usual | changes)


def told(paired: Paired) -> list[tuple[str, Severity]]:
    return [(one.code, one.severity) for one in disagreements(paired)]


def only(paired: Paired) -> Finding:
    (finding,) = disagreements(paired)
    return finding


def test_what_agrees_says_nothing() -> None:
    assert told(pair()) == []


def test_each_account_that_a_mandat_pays_is_looked_at() -> None:
    assert told(pair(claim={"others": (OTHER,)})) == [("ECART-IBAN", BLOCKING)]


@pytest.mark.parametrize(
    ("asked", "admitted", "expected"),
    [
        ("120.01", None, BLOCKING),
        ("119.99", None, WARNING),
        ("120.00", "100.00", BLOCKING),
        ("100.00", "100.00", None),
    ],
)
def test_more_than_what_is_due_blocks_and_less_is_told(
    asked: str, admitted: str | None, expected: Severity | None
) -> None:
    bill = replace(invoice(), admitted=Decimal(admitted) if admitted else None)
    found = told(pair(claim={"amount": Decimal(asked)}, invoice=bill))
    assert found == ([("ECART-MONTANT", expected)] if expected else [])


def test_both_amounts_are_named() -> None:
    finding = only(pair(claim={"amount": Decimal("1234.56")}, asked=Decimal("1234.56")))
    assert finding.sentence == (
        "Mandat n° 501, facture F2026-000001 : il ordonne 1\xa0234,56\xa0€, alors que sa facture fait 120,00\xa0€."
    )
    assert "--accepter ECART-MONTANT" in finding.remedy
    assert acceptance(finding) == "ECART-MONTANT:1234.56/120.00"


def test_two_mandats_share_an_invoice_but_do_not_pay_it_twice() -> None:
    halves = pair(claim={"amount": Decimal("60.00")}, asked=Decimal("120.00"), claims=2)
    assert told(halves) == []
    twice = pair(asked=Decimal("240.00"), claims=2)
    assert told(twice) == [("ECART-DEUX-FOIS", BLOCKING)]
    assert "ECART-DEUX-FOIS" not in ACCEPTABLE


@pytest.mark.parametrize(
    ("iban", "accounts", "expected"),
    [
        (OTHER, (account(),), [("ECART-IBAN", BLOCKING)]),
        (OTHER, (), [("ECART-IBAN", BLOCKING)]),
        (IBAN, (), [("ECART-IBAN", BLOCKING)]),
        (IBAN, (account(trusted=False),), [("ECART-IBAN", BLOCKING)]),
        (OTHER, (account(), account(OTHER)), [("ECART-IBAN-FACTURE", WARNING)]),
        (IBAN[4:], (account(),), []),
        (f"{IBAN[4:9]} {IBAN[9:14]} {IBAN[14:25]} {IBAN[25:]}", (account(),), []),
        ("", (account(),), []),
    ],
)
def test_only_an_account_that_two_people_cleared_is_paid(iban: str, accounts: Any, expected: Any) -> None:
    assert told(pair(claim={"iban": iban}, accounts=accounts)) == expected


def test_an_account_is_never_let_pass_nor_shown() -> None:
    finding = only(pair(claim={"iban": OTHER}))
    assert finding.code not in ACCEPTABLE
    assert "FR67…9A79, alors que la facture demande FR76…3276" in finding.sentence
    assert OTHER not in finding.sentence + finding.remedy
    assert "tiers iban valider" in finding.remedy


def test_another_firm_blocks_unless_it_is_a_confirmed_factor() -> None:
    theirs = account(siren=FACTOR, name="FACTOFRANCE")
    stranger = pair(claim={"siren": FACTOR, "creditor": "FACTOFRANCE"}, accounts=(theirs,))
    assert told(stranger) == [("ECART-FOURNISSEUR", BLOCKING)]
    assert told(replace(stranger, assignment=assignment(), factor=FACTOR)) == []
    unconfirmed = replace(stranger, assignment=assignment(calls=()), factor=FACTOR)
    assert told(unconfirmed) == [("ECART-FOURNISSEUR", BLOCKING)]


def test_what_was_handed_over_is_not_paid_to_the_supplier() -> None:
    assert told(pair(assignment=assignment(), factor=FACTOR)) == [("ECART-CESSION", BLOCKING)]
    assert told(pair(assignment=assignment(), factor="")) == [("ECART-CESSION", BLOCKING)]


def test_without_a_number_names_are_compared() -> None:
    assert told(pair(claim={"siren": "", "creditor": "Papeterie du Lac"})) == []
    assert told(pair(claim={"siren": "", "creditor": "AUTRE"})) == [("ECART-NOM", WARNING)]


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [("2025-17", "2025 17", []), ("2025-17", "", [WARNING]), ("", "2025-17", [WARNING]), ("A1", "A2", [WARNING])],
)
def test_marches_are_compared_as_numbers_are(theirs: str, ours: str, expected: list[Severity]) -> None:
    found = told(pair(claim={"marche": theirs}, marche=ours))
    assert found == [("ECART-MARCHE", one) for one in expected]


def test_an_invoice_of_another_budget_blocks() -> None:
    finding = only(pair(invoice=replace(invoice(), siret=CCAS), invoice_budget="CCAS"))
    assert (finding.code, finding.severity) == ("ECART-BUDGET", BLOCKING)
    assert "du budget COMMUNE, alors que la facture est pour le budget CCAS" in finding.sentence


def test_a_credit_note_is_taken_back_and_never_paid() -> None:
    note = invoice(kind=InvoiceKind.CREDIT_NOTE)
    assert due(note) == Decimal("-120.00")
    assert told(pair(invoice=note)) == [("ECART-SENS", BLOCKING)]
    assert told(pair(invoice=note, claim={"kind": BordereauKind.REDUCTION})) == []
    assert told(pair(claim={"kind": BordereauKind.REDUCTION})) == [("ECART-SENS", BLOCKING)]
