"""Matching an editor's claims with our invoices: what is certain, what takes certainty away, what goes without."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dematfin.domain.editor.matching import match
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.editor.rules import EditorRules, WithoutInvoice
from dematfin.domain.mandat.kind import BordereauKind
from domain.claimed import claim, invoice, matched

CERTAIN, TO_DECIDE, WITHOUT = PairingState.CERTAIN, PairingState.TO_DECIDE, PairingState.WITHOUT


@pytest.mark.parametrize(
    "number",
    ["FA2026-00412", "fa 2026/00412", "FA202600412", "FACT FA2026-412", "FA2O26-OO412", "Fact. n° FA2026.00412"],
)
def test_one_number_written_in_many_ways_is_certain_alone(number: str) -> None:
    found = matched(claim(number=number, starts_on=None))
    assert (found.state, found.invoice_id, found.proposals) == (CERTAIN, "C1", ())


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("2026-00412", ()),
        ("FACT 2026 412", ()),
        ("", ("FACTURE N° FA2026-00412",)),
        ("", ("FOURNITURES", "FA2026-00412")),
        ("FACTURE N° FA2026-00", ("FACT FA2026-00412",)),
    ],
)
def test_a_number_that_another_invoice_could_hardly_bear_needs_close_days(number: str, words: tuple[str, ...]) -> None:
    assert matched(claim(number=number, words=words)).state is CERTAIN
    assert matched(claim(number=number, words=words, starts_on=None)).state is TO_DECIDE
    assert matched(claim(number=number, words=words, starts_on=date(2026, 6, 12))).state is TO_DECIDE


@pytest.mark.parametrize(
    "changes",
    [
        {"siren": ""},
        {"siren": "443061841"},
        {"amount": Decimal("1200.01")},
        {"number": "00412"},
        {"number": "FACTURE N° FA2026-00"},
        {"number": "FA2026-00421"},
        {"number": "F2026-00412"},
        {"number": ""},
        {"number": "MAI 2026"},
        {"number": "", "words": ("REMPLACE FACT FA2026-00412",)},
        {"number": "", "words": ("COMMANDE 2026-00412",)},
        {"number": "FA2026-00500", "words": ("FACT FA2026-00412",)},
        {"starts_on": date(2026, 5, 9)},
        {"starts_on": date(2026, 8, 12)},
        {"kind": BordereauKind.REDUCTION},
    ],
    ids=str,
)
def test_a_doubt_goes_to_a_person(changes: dict[str, Any]) -> None:
    assert matched(claim(**changes)).state is TO_DECIDE


@pytest.mark.parametrize(
    "twin",
    [
        {},
        {"free": False},
        {"number": "FA202600412"},
        {"number": "2026-00412", "free": False},
        {"amount": Decimal("999.00")},
        {"number": "FA2026-00413", "notified_on": date(2026, 5, 13), "engagement": "EJ2026-0078"},
    ],
    ids=str,
)
def test_another_invoice_that_may_be_meant_takes_certainty_away(twin: dict[str, Any]) -> None:
    one = claim(words=("ENG EJ2026-0078",)) if "engagement" in twin else claim()
    found = matched(one, invoice(invoice_id="C2", **twin))
    assert found.state is TO_DECIDE
    assert {each.invoice_id for each in found.proposals} == {"C1", "C2"}


def test_two_invoices_of_one_amount_are_told_apart_by_their_numbers_and_days() -> None:
    month_before = invoice(invoice_id="C2", number="FA2026-00398", notified_on=date(2026, 4, 11))
    assert matched(claim(), month_before).invoice_id == "C1"
    copied = claim(number="FA2026-00398")  # last month's mandat, copied with its number
    assert matched(copied, month_before).state is TO_DECIDE
    assert matched(claim(starts_on=None), month_before).state is TO_DECIDE
    assert matched(claim(starts_on=None), replace(month_before, free=False)).state is CERTAIN  # nothing else to pay


def test_two_claims_on_one_invoice_are_both_for_a_person() -> None:
    for other in (claim(mandat=1188), claim(mandat=1188, number="00412"), claim(mandat=1188, amount=Decimal("10.00"))):
        found = match([claim(), other], [invoice()], EditorRules())
        assert {one.state for one in found} == {TO_DECIDE}
        assert "2 mandats de ce flux peuvent la payer" in found[0].proposals[0].reasons


def test_the_words_of_a_mandat_name_all_the_invoices_that_it_pays() -> None:
    words = ("FACT FA2026-00412 FACT FA2026-00413", "ENG EJ2026-0078")
    second = invoice(invoice_id="C2", number="FA2026-00413", amount=Decimal("80.00"), engagement="EJ2026-0078")
    claims = [claim(words=words), claim(words=words, rank=2, number="FA2026-00413", amount=Decimal("80.00"))]
    found = match(claims, [invoice(), second], EditorRules())
    assert [one.invoice_id for one in found] == ["C1", "C2"]


def test_a_vat_number_is_its_siren_on_both_sides() -> None:
    (found,) = match([claim()], [invoice(siren="FR44732829320")], EditorRules())
    assert found.invoice_id == "C1"


def test_a_reduction_is_matched_with_a_credit_note_or_goes_without() -> None:
    reduction = claim(kind=BordereauKind.REDUCTION, type="02", nature="06", number="AV-00017")
    note = invoice(invoice_id="C2", number="AV-00017", amount=Decimal("-1200.00"))
    assert matched(reduction, note).invoice_id == "C2"
    assert matched(reduction).state is WITHOUT
    assert matched(replace(reduction, amount=Decimal(7), number=""), note).proposals[0].invoice_id == "C2"


def test_a_payment_order_is_matched_as_a_mandat() -> None:
    assert matched(claim(kind=BordereauKind.PAYMENT_ORDERS, type="11")).state is CERTAIN


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"nature": "11", "accounts": ("64111",)}, "paie"),
        ({"nature": "04"}, "emprunt"),
        ({"accounts": ("1641", "66111")}, "annuité d'emprunt"),
        ({"nature": "05", "type": "05"}, "régie"),
        ({"type": "03"}, "opération d'ordre ou de fin d'exercice"),
        ({"accounts": ("65748",)}, "subvention ou contribution versée"),
        ({"accounts": ("65311",)}, "indemnités et cotisations des élus"),
        ({"accounts": ("7391118",)}, "titre annulé, dégrèvement ou reversement d'impôt"),
    ],
)
def test_a_mandat_without_invoice_goes_through_by_a_rule(changes: dict[str, Any], rule: str) -> None:
    one = claim(**{"siren": "", "number": "", "amount": Decimal(50), **changes})
    found = matched(one)
    assert (found.state, found.rule, found.invoice_id) == (WITHOUT, rule, "")


@pytest.mark.parametrize(
    "changes",
    [
        {"accounts": ("64111", "60632")},
        {"accounts": ()},
        {"accounts": ("6475",), "number": "B-77"},  # invoiced, as it says
        {"accounts": ("64111",), "siren": "732829320", "amount": Decimal("1200.00")},  # likely an invoice of ours
        {"nature": "04", "siren": "732829320", "words": ("FA2026-00412",)},
    ],
    ids=str,
)
def test_no_rule_lets_through_what_may_be_an_invoice(changes: dict[str, Any]) -> None:
    assert matched(claim(**{"siren": "", "number": "", "amount": Decimal(50), **changes})).state is TO_DECIDE


def test_a_month_is_not_the_number_of_an_invoice() -> None:
    one = claim(siren="", number="COTI MARS 26", amount=Decimal(50), accounts=("6451",))
    assert matched(one).rule == "charges de personnel"
    assert matched(replace(one, number="COTI 26-118")).state is TO_DECIDE


def test_an_invoice_mandated_already_stops_the_rule_too() -> None:
    one = claim(nature="04", number="")
    (found,) = match([one], [invoice(free=False)], EditorRules())
    assert (found.state, found.proposals[0].reasons[0]) == (TO_DECIDE, "déjà mandatée")


def test_the_rules_are_those_of_the_collectivite() -> None:
    mine = EditorRules(without_invoice=(WithoutInvoice(label="avances", types=("06",), accounts=("27",)),))
    one = claim(siren="", number="", type="06", accounts=("2764",))
    assert match([one], [], mine)[0].rule == "avances"
    assert match([replace(one, type="01")], [], mine)[0].state is TO_DECIDE
    assert not WithoutInvoice(label="tout").covers(one)


def test_an_invoice_entered_twice_is_certain_for_neither_however_it_was_typed() -> None:
    one = invoice(number="2026.0410")
    typed = invoice(invoice_id="C2", number="20260410", free=False)
    assert match([claim(number="2026.410")], [one], EditorRules())[0].state is CERTAIN
    assert match([claim(number="2026.410")], [one, typed], EditorRules())[0].state is TO_DECIDE
