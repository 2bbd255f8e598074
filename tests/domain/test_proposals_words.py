"""Proposals, field by field: dates, numbers, kinds and amounts in the many ways they are printed."""

from datetime import date

import pytest

from dematfin.domain.paper.proposals import Familiar, Field, Proposal, Source, Trust, propose

SURE, LIKELY, DOUBTFUL = Trust.SURE, Trust.LIKELY, Trust.DOUBTFUL
TODAY = Familiar(today=date(2026, 11, 23))


def read(text: str) -> dict[Field, Proposal]:
    return {one.field: one for one in propose([text], Source.TEXT, TODAY)}


@pytest.mark.parametrize(
    ("text", "value", "trust"),
    [
        ("Date de facture : 12/11/2026", "2026-11-12", LIKELY),
        ("Date d’émission 12-11-26", "2026-11-12", LIKELY),
        ("Date : 1er mars 2026", "2026-03-01", LIKELY),
        ("Annecy, le 12 AOÛT 2026", "2026-08-12", LIKELY),
        ("Date : 12 févr. 2026", "2026-02-12", LIKELY),
        ("Date : 12 juillet 2026", "2026-07-12", LIKELY),
        ("Facture du 12.11.2026", "2026-11-12", LIKELY),
        ("12 / 11 / 2026", "2026-11-12", DOUBTFUL),
        ("Date de facture : 12/11/2026\nFacture du 12/11/2026", "2026-11-12", SURE),
        ("Date de facture : 12/11/2026\nDate de facture 13/11/2026", "2026-11-12", DOUBTFUL),
        ("Échéance 12/12/2026\nDate de facture 12/11/2026", "2026-11-12", LIKELY),
        ("Date Échéance\n12/11/2026 12/12/2026", "2026-11-12", LIKELY),
        ("Échéance Date de facture\n10/12/2026 12/11/2026", "2026-11-12", LIKELY),
        ("À payer avant le 12/12/2026", None, None),
        ("Date limite de paiement : 05/12/2026", None, None),
        ("Livraison du 12/11/2026\nle 14/11/2026", "2026-11-14", LIKELY),
        ("Date de facture 31/02/2026", None, None),
        ("Date de facture 12/11/2031", None, None),
        ("Date de facture 12/11/2019", None, None),
        ("Date de facture 12/11/1926", None, None),
        ("Version 1.12/11/2026", None, None),
    ],
)
def test_day(text: str, value: str | None, trust: Trust | None) -> None:
    found = read(text).get(Field.ISSUED_ON)
    assert (found and found.value, found and found.trust) == (value, trust)


def test_without_today_no_day_is_too_old() -> None:
    (found,) = propose(["Date : 12/11/2019"], Source.TEXT, Familiar())
    assert found.value == "2019-11-12"


@pytest.mark.parametrize("sign", ["n°", "N°", "nº", "no", "No", "n'", "n*", 'n"', "n.", "numéro", "№", "N° :"])
def test_the_sign_before_a_number_is_often_misread(sign: str) -> None:
    assert read(f"Facture {sign} F2026-0412")[Field.NUMBER].value == "F2026-0412"


@pytest.mark.parametrize(
    ("text", "value", "trust"),
    [
        ("N° de facture : 2026/118", "2026/118", LIKELY),
        ("Réf. facture FA_12", "FA_12", LIKELY),
        ("Facture n° 412 du 12/11/2026", "412", LIKELY),
        ("Facture n° FA 20260412", "FA 20260412", LIKELY),
        ("Facture n° 2026.11.0042", "2026.11.0042", LIKELY),
        ("Facture n° A1\nFacture n° A2", "A1", DOUBTFUL),
        ("Client n° 55\nFacture n° A1", "A1", LIKELY),
        ("N° client N° facture\n55 A1", "A1", LIKELY),
        ("Facture A1", "A1", DOUBTFUL),
        ("Facture n° 12/11/2026", None, None),
        ("Facture du 12/11/2026", None, None),
        ("Commande n° 77", None, None),
        ("Avoir n° A7 sur facture n° F1", "A7", LIKELY),
    ],
)
def test_number(text: str, value: str | None, trust: Trust | None) -> None:
    found = read(text).get(Field.NUMBER)
    assert (found and found.value, found and found.trust) == (value, trust)


@pytest.mark.parametrize(
    ("text", "value", "trust"),
    [
        ("FACTURE", "FACTURE", LIKELY),
        ("Société Martel - Facture n° 12", "FACTURE", LIKELY),
        ("Facture d'avoir n° 12", "AVOIR", LIKELY),
        ("NOTE DE CRÉDIT 12", "AVOIR", LIKELY),
        ("Avoir\nannule la facture n° 12", "AVOIR", LIKELY),
        ("FACTURE n° 12\nAvoir n° 13", "FACTURE", DOUBTFUL),
        ("Nous espérons avoir répondu à votre attente", None, None),
    ],
)
def test_kind(text: str, value: str | None, trust: Trust | None) -> None:
    found = read(text).get(Field.KIND)
    assert (found and found.value, found and found.trust) == (value, trust)


def amounts(text: str) -> tuple[tuple[str, ...], set[Trust]]:
    found = [one for one in propose([text], Source.OCR, TODAY) if one.field in {Field.HT, Field.TVA, Field.TTC}]
    return tuple(one.value for one in found), {one.trust for one in found}


@pytest.mark.parametrize(
    ("whole", "tax", "total"),
    [
        ("1 234,56", "246,91", "1 481,47"),
        ("1.234,56", "246,91", "1.481,47"),
        ("1 234.56 €", "246.91 €", "1 481.47 €"),
        ("1,234.56", "246.91", "1,481.47"),
        ("1234,56€", "246,91€", "1481,47€"),
        ("1\u202f234,56 EUR", "246,91 EUR", "1\xa0481,47 EUR"),
        ("1 234 ,56", "246, 91", "1 481,47"),
        ("1 234,56", "20 246,91", "1 481,47"),  # the rate ran into the amount
        ("l 234,56".replace("l", "1"), "246,9l", "1 48l,47"),  # letters, proved by the sum
        ("-1 234,56", "-246,91", "-1 481,47"),
    ],
)
def test_amounts_are_sure_when_they_add_up(whole: str, tax: str, total: str) -> None:
    expected = (("1234.56", "246.91", "1481.47"), {SURE})
    assert amounts(f"Total HT {whole}\nTVA 20 % {tax}\nTotal TTC {total}") == expected


@pytest.mark.parametrize(
    ("text", "values", "trust"),
    [
        ("Total TTC 1 200,00", ("1200.00",), LIKELY),
        ("Net à payer : 1 200 €", ("1200.00",), LIKELY),
        ("Total 1 200,00", ("1200.00",), DOUBTFUL),
        ("Total TTC 1 200,00\nTotal TTC 1 300,00", ("1300.00",), DOUBTFUL),
        ("Total HT 1 000,00\nTVA 200,00\nTotal TTC 1 300,00", ("1000.00", "200.00", "1300.00"), DOUBTFUL),
        ("Total HT 1 000,00\nTVA 200,00\nTotal TTC 1 150,00", ("1000.00", "200.00", "1150.00"), DOUBTFUL),
        ("1 000,00 € HT 200,00 € TVA 1 200,00 € TTC", ("1000.00", "200.00", "1200.00"), SURE),
        ("Total HT TVA TTC : 1 000,00 200,00 1 200,00", ("1000.00", "200.00", "1200.00"), SURE),
        ("Somme 100,00\nTaxe de séjour 20,00\nMontant 120,00", ("100.00", "20.00", "120.00"), LIKELY),
        ("Total HT 1 000,00", ("1000.00",), DOUBTFUL),
        ("Autoliquidation\nTotal HT 1 000,00\nNet à payer 1 000,00", ("1000.00", "0.00", "1000.00"), SURE),
        ("Total HT 100,00\nTVA 900,00\nTotal TTC 1 000,00", ("100.00", "900.00", "1000.00"), DOUBTFUL),  # no such rate
        ("Capital de 10 000,00 €\nTotal TTC 12,00", ("12.00",), LIKELY),
        ("TVA 20,00 %", (), None),
        ("Tél. 04.50.12.34.56 TTC", (), None),
    ],
)
def test_amounts_are_as_sure_as_their_signs(text: str, values: tuple[str, ...], trust: Trust | None) -> None:
    assert amounts(text) == (values, {trust} if trust else set())


def test_the_sum_that_is_wrong_is_told() -> None:
    found = read("Total HT 1 000,00\nTVA 200,00\nTotal TTC 1 300,00")[Field.TTC]
    assert "1\xa0200,00\xa0€" in found.why


def test_totals_are_preferred_to_the_lines_of_a_table() -> None:
    text = "HT 10,00 TVA 2,00 TTC 12,00\nHT 20,00 TVA 4,00 TTC 24,00\nTotal HT 30,00 TVA 6,00 TTC 36,00"
    assert amounts(text) == (("30.00", "6.00", "36.00"), {SURE})
