"""What is proposed to the person who decides."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from dematfin.domain.editor.matching import match
from dematfin.domain.editor.rules import EditorRules
from domain.claimed import claim, invoice, matched


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": "00412"}, "fin du numéro (FA2026-00412)"),
        ({"number": "FACTURE N° FA2026-00"}, "numéro coupé à la fin (FA2026-00412)"),
        ({"number": "FA2026-00421"}, "numéro à une faute de frappe près (FA2026-00412)"),
        ({"number": ""}, "le mandat ne dit pas le numéro de la facture (FA2026-00412)"),
        ({"number": "X-9"}, "autre numéro : X-9 dans le mandat, FA2026-00412 sur la facture"),
        ({"siren": ""}, "le mandat ne porte pas de SIREN ; la facture est de PAPETERIE DU LAC"),
        ({"siren": "443061841"}, "autre créancier : la facture est de PAPETERIE DU LAC (732829320)"),
        ({"amount": Decimal("1140.00")}, "son montant (1\xa0200,00\xa0€) moins une retenue de 5 %"),
        ({"amount": Decimal("70.00")}, "montant différent : la facture est de 1\xa0200,00\xa0€"),
        ({"starts_on": date(2026, 5, 1)}, "le délai du mandat part le 01/05/2026, avant la date de la facture"),
        ({"number": "", "words": ("EJ2026-0077",)}, "même engagement (EJ2026-0077)"),
        (
            {"number": "412", "words": ("DU 10/05/2026",), "starts_on": None},
            "même date de facture, écrite dans l'objet ou les libellés (10/05/2026)",
        ),
        (
            {"amount": Decimal(70), "words": ("REF 30000077",)},
            "identifiant que dematfin ou Chorus Pro lui donne, écrit dans le mandat (FA2026-00412)",
        ),
        ({"number": "", "iban": "FR76"}, "IBAN différent de celui de la facture"),
    ],
)
def test_each_clue_is_said_to_the_person(changes: dict[str, Any], reason: str) -> None:
    (found,) = matched(claim(**changes)).proposals
    assert found.invoice_id == "C1"
    assert reason in found.reasons


def test_a_credit_note_taken_off_is_proposed_and_never_certain() -> None:
    note = invoice(invoice_id="C2", number="AV-17", amount=Decimal("-200.00"))
    first = matched(claim(amount=Decimal("1000.00")), note).proposals[0]
    assert first.invoice_id == "C1"
    assert "son montant (1\xa0200,00\xa0€) moins l'avoir AV-17 (200,00\xa0€)" in first.reasons


def test_the_mandats_of_one_invoice_are_told_to_make_its_amount_together() -> None:
    told = claim(number="2026-00412", amount=Decimal(700))
    parts = [told, replace(told, mandat=1188, amount=Decimal(500))]
    for found in match(parts, [invoice()], EditorRules()):
        (first,) = found.proposals
        assert "les 2 mandats de ce numéro font ensemble son montant (1\xa0200,00\xa0€)" in first.reasons


def test_the_likeliest_come_first_and_five_are_shown_the_one_mandated_already_last() -> None:
    others = [
        invoice(invoice_id=f"D{day}", number=f"FA2026-1{day:04}", notified_on=date(2026, 5, 12) + timedelta(day))
        for day in range(1, 9)
    ]
    taken = invoice(invoice_id="T", free=False)
    found = matched(claim(number="00412"), *others, taken).proposals
    assert found[0].invoice_id == "C1"
    assert len(found) == 5
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert (found[-1].invoice_id, found[-1].score, found[-1].reasons[0]) == ("T", 0, "déjà mandatée")
    assert all(0 <= score <= 100 for score in scores)


def test_a_payroll_that_happens_to_be_of_an_amount_is_not_proposed_an_invoice() -> None:
    (found,) = match([claim(siren="", number="", iban="", type="06")], [invoice()], EditorRules())
    assert not found.proposals


def test_of_a_large_supplier_only_what_has_something_in_common_is_looked_at() -> None:
    many = [invoice(invoice_id=f"D{n:03}", number=f"Z{n + 70_000}", amount=Decimal(n + 1)) for n in range(60)]
    others = [invoice(**{**_changes(one), "notified_on": date(2026, 9, 1)}) for one in many]
    found = matched(claim(number="FA2026-00421"), *others)
    assert [one.invoice_id for one in found.proposals] == ["C1"]


def _changes(one: Any) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("invoice_id", "number", "amount")}
