"""What is enough to match a claim with an invoice when its whole number does not stand there, and what is not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.matching import match
from dematfin.domain.editor.pairing import PairingState
from dematfin.domain.editor.rules import EditorRules
from domain.claimed import claim, invoice, matched

CERTAIN, TO_DECIDE = PairingState.CERTAIN, PairingState.TO_DECIDE
SERIES = [invoice(invoice_id=f"S{n}", number=f"FA2026-0{n}", amount=Decimal(n), remote_id="") for n in (1500, 1600)]
"""With INVOICE, enough to know how their firm numbers."""


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "00412"},
        {"number": "A2026-00412"},
        {"number": "", "words": ("FACT 412 DU 10/05/2026", "FACT FA2026-00412")},
        {"number": "MAI 2026", "words": ("FACT FA2026-00412",)},
    ],
    ids=str,
)
def test_less_than_the_number_is_enough_on_the_very_day(changes: dict[str, Any]) -> None:
    assert matched(claim(**changes), *SERIES).state is CERTAIN
    assert matched(claim(**changes, starts_on=date(2026, 6, 11)), *SERIES).state is TO_DECIDE
    executed = invoice(delay_starts_on=date(2026, 6, 11))
    (found,) = match([claim(**changes, starts_on=date(2026, 6, 11))], [executed, *SERIES], EditorRules())
    assert found.invoice_id == "C1"


@pytest.mark.parametrize(
    ("number", "others"),
    [
        ("00412", SERIES[:1]),  # two invoices do not tell how a firm numbers
        ("00412", [*SERIES, invoice(invoice_id="B", number="B2026-00999", amount=Decimal(9))]),  # another series
        ("00412", [*SERIES, invoice(invoice_id="N", number="FA2026-00413", notified_on=date(2026, 5, 14))]),
        ("12", SERIES),
        ("/2026", SERIES),
        ("FACTURE N° FA2026-00", SERIES),
        ("FA2026-00421", SERIES),
        ("", SERIES),
    ],
    ids=str,
)
def test_even_on_the_very_day_too_little_is_too_little(number: str, others: list[Candidate]) -> None:
    assert matched(claim(number=number), *others).state is TO_DECIDE


def test_without_a_day_a_long_number_is_enough_when_nothing_else_is_of_this_amount() -> None:
    one = claim(number="2026-00412", starts_on=None)
    assert matched(one, *SERIES).state is CERTAIN
    assert matched(one, *SERIES, invoice(invoice_id="P", number="FA2024-00007", free=False)).state is TO_DECIDE
    dated = claim(number="2026-00412", starts_on=None, words=("DU 10/05/2026",))
    assert matched(dated).state is CERTAIN
    assert matched(replace(dated, words=("DU 11/05/2026",))).state is TO_DECIDE


@pytest.mark.parametrize("words", [("30000077",), ("FOURNITURES REF 30000077",)])
def test_the_identifier_that_we_gave_is_as_good_as_the_number(words: tuple[str, ...]) -> None:
    one = claim(number="", words=words)
    assert matched(one).state is CERTAIN
    other = invoice(invoice_id="C2", number="FA2026-00413", amount=Decimal(9), remote_id="30000078")
    for changes in (
        {"siren": "443061841"},
        {"amount": Decimal("1200.01")},
        {"number": "FA2026-00500"},  # another number, that it may well be of
        {"number": "FA2026-00413"},  # the number of one invoice, the identifier of another
        {"words": (*words, "30000078")},
        {"starts_on": date(2025, 5, 12)},
    ):
        assert matched(replace(one, **changes), other).state is TO_DECIDE, changes


def test_our_own_number_is_read_in_facture_and_is_not_that_of_another_supplier() -> None:
    ours = invoice(invoice_id="F2026-000031")
    assert match([claim(number="F2026-000031")], [ours], EditorRules())[0].invoice_id == "F2026-000031"
    namesake = replace(ours, siren="443061841")
    theirs = invoice(invoice_id="F2026-000032", number="F2026-000031")
    assert match([claim(number="F2026-000031")], [namesake, theirs], EditorRules())[0].invoice_id == "F2026-000032"
    both = [ours, replace(theirs, amount=Decimal(9))]
    assert match([claim(number="F2026-000031")], both, EditorRules())[0].state is TO_DECIDE


def test_the_mandats_that_share_an_invoice_out_to_the_cent_are_certain_together() -> None:
    parts = [claim(amount=Decimal(700)), claim(mandat=1188, amount=Decimal(500))]
    assert [one.invoice_id for one in match(parts, [invoice()], EditorRules())] == ["C1", "C1"]
    third = claim(mandat=1189, amount=Decimal(1))
    for others in (
        [parts[0], replace(parts[1], amount=Decimal("500.01"))],
        [parts[0], replace(parts[1], number="00412")],
        [parts[0], replace(parts[1], siren="443061841")],
        [*parts, third],
        [parts[0], replace(parts[1], words=("ENG EJ2026-0078",))],
    ):
        known = [invoice(), invoice(invoice_id="C2", number="X-77777", amount=Decimal(3), engagement="EJ2026-0078")]
        assert {one.state for one in match(others, known, EditorRules())} == {TO_DECIDE}
    assert {one.state for one in match(parts, [invoice(free=False)], EditorRules())} == {TO_DECIDE}


def test_part_of_a_number_on_another_day_does_not_stand_against_the_whole_number_on_its_day() -> None:
    other = claim(mandat=1188, number="00412", starts_on=date(2026, 5, 20))
    assert [one.state for one in match([claim(), other], [invoice()], EditorRules())] == [CERTAIN, TO_DECIDE]


def test_a_crowd_of_one_amount_is_matched_as_well_as_a_few() -> None:
    crowd = [invoice(invoice_id=f"I{n}", number=f"FA2026-1{n:04}", remote_id="") for n in range(150)]
    claims = [claim(mandat=n, number=one.number) for n, one in enumerate(crowd)]
    assert [one.invoice_id for one in match(claims, crowd, EditorRules())] == [one.invoice_id for one in crowd]
    lost = match([claim(number="X")], crowd, EditorRules())[0]
    assert lost.state is TO_DECIDE
    assert len(lost.proposals) == 5
