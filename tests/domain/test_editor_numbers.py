"""Numbers as finance software writes them, against those of invoices."""

import pytest

from dematfin.domain.editor.mentions import mentions
from dematfin.domain.editor.numbers import Fit, fit, number_of


@pytest.mark.parametrize(
    ("written", "ours", "expected"),
    [
        ("FA2026-00412", "FA2026-00412", Fit.SAME),
        ("fa2026 412", "FA2026-00412", Fit.SAME),
        ("FA FA2026-412", "FA2026-00412", Fit.SAME),
        ("N°VE12345", "VE0012345", Fit.SAME),
        ("2026-00412", "FA2026-00412", Fit.ALMOST),
        ("FA2026-00412", "2026-00412", Fit.ALMOST),
        ("412", "412", Fit.ALMOST),  # also the number of another year
        ("2026112", "2026-1-12", Fit.ALMOST),  # and of 2026-11-2
        ("FACTURE N° 2026-0041", "2026-0041", Fit.SAME),  # numbers of a fixed width
        ("FACTURE N° 2026-4100", "2026-4100", Fit.ALMOST),  # or the start of 2026-41002
        ("7", "7", Fit.SHORT),
        ("F2026-00412", "FA2026-00412", Fit.SLIP),  # two series of one firm
        ("FACTURE N° 2026-0041", "2026-00412", Fit.HEAD),
        ("2026-0041", "2026-00412", Fit.SLIP),
        ("00412", "FA2026-00412", Fit.TAIL),
        ("12", "FA2026-00412", Fit.OTHER),
        ("B2026-00412", "A2026-00412", Fit.SLIP),
        ("FA2026-00555", "FA2026-00412", Fit.OTHER),
        ("ABONNEMENT", "FA2026-00412", Fit.NONE),
        ("", "FA2026-00412", Fit.NONE),
        ("FACT", "FACT", Fit.NONE),
    ],
)
def test_how_a_written_number_stands_to_an_invoice(written: str, ours: str, expected: Fit) -> None:
    assert fit(number_of(written), number_of(ours)) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FACT 2026-00412", True),
        ("MAINTENANCE FACTURE N° 2026 00412 DU 12/05/2026", True),
        ("2026-00412 MAINTENANCE", True),
        ("MAINTENANCE 2026-00412", False),
        ("COMMANDE N° 2026-00412", False),
        ("FACT 2026-00412 77", False),
        ("ANNULE ET REMPLACE FACT 2026-00412", False),
        ("ACOMPTE FACT 2026-00412", False),
    ],
)
def test_a_number_in_the_words_is_told_as_that_of_an_invoice_or_only_read(text: str, expected: object) -> None:
    assert mentions([text])["2026 412"] is expected


@pytest.mark.parametrize("text", ["PERIODE 12/05/2026", "AU 2026-05-12", "MOIS 05/2026", "DU 12/05/26", "LOT 12"])
def test_days_and_small_figures_are_no_numbers(text: str) -> None:
    assert not mentions([text])


def test_a_number_over_twelve_is_no_month() -> None:
    assert mentions(["FACT 94/2026"])["94 2026"] is True
    assert mentions(["F. 35"])["35"] is True  # told, however small


def test_a_doubt_in_one_label_holds_for_the_others() -> None:
    assert mentions(["FACT 2026-00412", "SOLDE"])["2026 412"] is False
