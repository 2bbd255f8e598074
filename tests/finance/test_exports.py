"""Exports of any finance software: their titles are declared, their separator found, their rows taken one by one."""

import csv
import io
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dematfin.errors import DocumentError
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.finance.settings import FinanceSettings
from examples import BUDGETS, COMMUNE

TITLES = ("budget", "numero", "libelle", "tiers", "montant", "nature", "reste", "chapitre")
CREDITS = "budget;exercice;section;chapitre;disponible"
LABELS = st.text("abc XYZ 012;,|\"'\t\n«éèàçùô", min_size=1, max_size=12).filter(lambda label: label.strip(" \t\n"))
QUOTINGS: tuple[Literal[0, 1], ...] = (csv.QUOTE_MINIMAL, csv.QUOTE_ALL)


@given(
    labels=st.lists(LABELS, min_size=1, max_size=5),
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from(QUOTINGS),
    order=st.permutations(TITLES),
)
def test_any_writing_of_the_same_register_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    labels: list[str],
    separator: str,
    encoding: str,
    quoting: Literal[0, 1],
    order: list[str],
) -> None:
    sheet = io.StringIO(newline="")
    writer = csv.DictWriter(sheet, order, delimiter=separator, quoting=quoting)
    writer.writeheader()
    usual = {"budget": "COMMUNE", "tiers": "F1", "montant": "1 234,50", "nature": "60632", "reste": "", "chapitre": ""}
    writer.writerows(usual | {"numero": f"BC{at}", "libelle": label} for at, label in enumerate(labels))
    source = tmp_path_factory.mktemp("export") / "engagements.csv"
    source.write_bytes(sheet.getvalue().encode(encoding))
    records, problems = CsvFinanceSoftware(BUDGETS).engagements(source)
    assert problems == ()
    assert [one.label.split() for one in records] == [label.split() for label in labels]
    assert {one.amount for one in records} == {Decimal("1234.50")}


def write(folder: Path, *lines: str) -> Path:
    source = folder / "export.csv"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return source


def declared(**columns: dict[str, str]) -> CsvFinanceSoftware:
    return CsvFinanceSoftware(BUDGETS, FinanceSettings.model_validate(columns))


def test_the_titles_of_a_finance_software_are_declared(tmp_path: Path) -> None:
    software = declared(colonnes_engagements={"numero": " N° ENGAGT", "reste": "Solde dispo"})
    source = write(
        tmp_path, "Budget;n°  engagt;Libellé;Tiers;Montant;Nature;SOLDE DISPO", "COMMUNE;BC1;x;F1;100;6064;12,30"
    )
    ((one,), problems) = software.engagements(source)
    assert (one.number, one.left, one.remaining, problems) == ("BC1", Decimal("12.30"), Decimal("12.30"), ())


def test_a_column_given_to_one_title_is_not_read_for_another(tmp_path: Path) -> None:
    software = declared(colonnes_engagements={"reste": "Solde"})
    ((one,), _) = software.engagements(write(tmp_path, ";".join((*TITLES[:6], "Solde")), "COMMUNE;BC1;x;F1;100;6064;1"))
    assert (one.left, one.open) == (Decimal(1), True)


def test_one_column_may_serve_two_titles(tmp_path: Path) -> None:
    software = declared(colonnes_engagements={"libelle": "numero"})
    ((one,), _) = software.engagements(write(tmp_path, "budget;numero;tiers;montant;nature", "COMMUNE;BC1;F1;1;6064"))
    assert (one.number, one.label) == ("BC1", "BC1")


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("budget;numero;libelle;tiers;montant;nature", "il manque la colonne Solde dispo"),
        ("budget;libelle;tiers;nature;solde dispo", "il manque la colonne numero, montant"),
        ("budget;numero;libelle;tiers;montant;nature;solde dispo;Numéro", "plusieurs colonnes s'appellent numero"),
        ("budget;numero;libelle;tiers;montant;nature;chapitre;chapitre;solde dispo", "s'appellent chapitre"),
        ('budget;"numero', "un guillemet est mal placé"),
        ("PK\x03\x04;budget", "un caractère est illisible"),
    ],
)
def test_titles_that_do_not_suit_are_named_and_the_file_is_refused(tmp_path: Path, header: str, words: str) -> None:
    with pytest.raises(DocumentError, match=words) as caught:
        declared(colonnes_engagements={"reste": "Solde dispo"}).engagements(write(tmp_path, header))
    assert str(caught.value).startswith("export.csv : ")


@pytest.mark.parametrize(
    ("columns", "words"),
    [({"iban_bis": "RIB"}, "« iban_bis » n'existe pas ; au choix : reference, nom"), ({"iban": " "}, "« iban »")],
)
def test_a_declaration_that_means_nothing_is_refused(columns: dict[str, str], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        FinanceSettings(colonnes_tiers=columns)


def test_the_separator_is_that_of_the_titles_not_of_what_they_hold(tmp_path: Path) -> None:
    software = declared(colonnes_credits={"disponible": "dispo, en €; TTC|net, fin, fin"})
    source = write(
        tmp_path,
        '"budget"\texercice\tsection\tchapitre\t"dispo, en €; TTC|net, fin, fin"',
        "COMMUNE\t2026\tF\t011\t1,5",
    )
    ((one,), problems) = software.credits(source)
    assert (one.available, problems) == (Decimal("1.50"), ())


def test_a_title_of_two_lines_is_one_title(tmp_path: Path) -> None:
    source = write(tmp_path, 'budget;exercice;section;chapitre;"Crédits\ndispo"', "COMMUNE;2026;F;011;1")
    ((one,), _) = declared(colonnes_credits={"disponible": "crédits dispo"}).credits(source)
    assert one.available == Decimal(1)


def test_credits_are_read_by_chapter_and_section(tmp_path: Path) -> None:
    source = write(tmp_path, CREDITS, "COMMUNE;2026;F;011;1.234,50", "COMMUNE;2026;Investissement;21;-5")
    credits_, problems = CsvFinanceSoftware(BUDGETS).credits(source)
    assert problems == ()
    assert [(one.id, one.available) for one in credits_] == [
        (f"{COMMUNE}:2026:F:011", Decimal("1234.50")),
        (f"{COMMUNE}:2026:I:21", Decimal(-5)),
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("COMMUNE;26;F;011;1", "exercice « 26 »"),
        ("COMMUNE;2026;X;011;1", "section « X »"),
        ("COMMUNE;2026;F;01:1;1", "chapitre « 01:1 »"),
        ("COMMUNE;2026;F;011;beaucoup", "montant « beaucoup » illisible"),
        ("COMMUNE;2026;F;011;1.234", "se lit de deux façons"),
        ("COMMUNE;2026;F;011;1;2", "6 cellules pour 5 titres"),
        ("COMMUNE;2026;F;011;1;", "6 cellules pour 5 titres"),
        ("COMMUNE;2026;F;011", "4 cellules pour 5 titres"),
        ("COMMUNE;2026;F;;1", "colonne vide : chapitre"),
        ("COMMUNE;2026;F;=1+1;1", "la colonne chapitre contient une formule"),
        ("COMMUNE;2026;F;011;-1+2", "la colonne disponible contient une formule"),
        ("COMMUNE;2026;@SUM(A1);011;1", "la colonne section contient une formule"),
        ("COMMUNE;2026;F;012;5", "même référence que la ligne 2"),
        ("VOISINE;2026;F;011;1", "VOISINE"),
    ],
)
def test_a_bad_line_of_credits_is_told_with_its_number(tmp_path: Path, row: str, words: str) -> None:
    source = write(tmp_path, CREDITS, "COMMUNE;2026;F;012;1", row, "COMMUNE;2026;F;65;1")
    credits_, (problem,) = CsvFinanceSoftware(BUDGETS).credits(source)
    assert [one.chapter for one in credits_] == ["012", "65"]
    assert problem.startswith("export.csv, ligne 3 : ")
    assert problem.endswith(". Ligne laissée de côté.")
    assert words in problem


def test_a_separator_at_the_end_of_the_titles_may_end_the_lines_too(tmp_path: Path) -> None:
    source = write(
        tmp_path, f"{CREDITS};;", "COMMUNE;2026;F;011;1", "COMMUNE;2026;F;012;1;", "COMMUNE;2026;F;65;1;;", ""
    )
    credits_, problems = CsvFinanceSoftware(BUDGETS).credits(source)
    assert (len(credits_), problems) == (3, ())


def test_a_formula_in_a_column_that_is_not_read_harms_nobody(tmp_path: Path) -> None:
    source = write(tmp_path, f"{CREDITS};remarque", "COMMUNE;2026;F;011;1;=A1")
    assert CsvFinanceSoftware(BUDGETS).credits(source)[1] == ()
