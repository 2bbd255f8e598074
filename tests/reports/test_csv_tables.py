"""CSV, read again by another reader: figures come back, texts are never formulas."""

import csv
from decimal import Decimal
from io import StringIO

import pytest

from dematfin.domain.report.table import Report
from dematfin.reports.csv_tables import files
from reports.a_report import CLOSED, REPORT, named


def read(report: Report, name: str) -> list[list[str]]:
    text = files(report)[name].decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_there_is_one_file_a_table_and_one_that_tells_what_they_mean() -> None:
    assert list(files(REPORT)) == ["sommaire.csv", "delai-par-service.csv", "rejets.csv", "doublons.csv"]


def test_excel_in_french_opens_it_as_it_is() -> None:
    data = files(REPORT)["delai-par-service.csv"]
    assert data.startswith(b"\xef\xbb\xbfService;")
    assert data.count(b"\n") == data.count(b"\r\n") == 5
    assert read(REPORT, "delai-par-service.csv") == [
        ["Service", "Mandats payés", "TTC payé", "Délai moyen", "Part au-delà de 30 jours", "Dernier paiement"],
        ["Voirie", "1186", "1234567,89", "33,4", "12,50%", "30/10/2026"],
        ["Écoles & cantines", "4", "-12,50", "21,0", "0,00%", "02/10/2026"],
        ["Culture", "0", "0,00", "", "", ""],
        ["Ensemble", "1190", "1234555,39", "33,35", "12,46%", ""],
    ]


def test_the_summary_has_the_period_the_cut_off_and_the_definitions() -> None:
    lines = read(CLOSED, "sommaire.csv")
    assert lines[:6] == [
        ["Collectivité", "COMMUNE DE VALBRUME"],
        ["Périmètre", "toute la collectivité"],
        ["Période", "octobre 2026, du 01/10/2026 au 31/10/2026"],
        ["Chiffres arrêtés au", "31/10/2026 à 24 h 00"],
        ["État", "mois clos"],
        ["Empreinte du journal", "0:vide"],
    ]
    assert lines[7] == ["Tableau", "Titre", "Lignes", "Définition", "Population", "À savoir"]
    assert lines[8][0] == "delai-par-service"
    assert lines[8][3].startswith("Moyenne des jours")
    assert lines[8][5] == "Écoles & cantines : 4 mandats seulement, un taux y dit peu."
    assert [line[2] for line in lines[8:]] == ["3", "60", "0"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("+33 4 50", "'+33 4 50"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "' =1"),
        ("\r=1", "' =1"),
        ("\n=1", "' =1"),
        ("   =1", "'   =1"),
        ("\xa0@x", "'\xa0@x"),
        ("\u202e=1", "'=1"),
        ("\x00=1", "'=1"),
        ("＝1+1", "'＝1+1"),
        ('"=1+1"', '"=1+1"'),
        ('a";"=1', 'a";"=1'),
        ("Voirie\r\n=1", "Voirie  =1"),
        ("2-1", "2-1"),
    ],
)
def test_a_text_stays_a_text_on_its_own_line(name: str, kept: str) -> None:
    assert read(named(name), "delai-par-service.csv")[1:] == [[kept, "1,50"]]


def test_an_amount_below_zero_stays_an_amount() -> None:
    assert Decimal(read(REPORT, "delai-par-service.csv")[2][2].replace(",", ".")) == Decimal("-12.50")
