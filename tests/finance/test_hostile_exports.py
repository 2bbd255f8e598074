"""Exports that would harm if they were believed: formulas, columns taken for others, files without end."""

from decimal import Decimal
from pathlib import Path

import pytest

from dematfin.errors import DocumentError, TooLarge
from dematfin.finance import csv_file
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.finance.settings import FinanceSettings
from examples import BUDGETS, IBAN, SUPPLIER

SOFTWARE = CsvFinanceSoftware(BUDGETS, FinanceSettings())
CREDITS = "budget;exercice;section;chapitre;disponible"
ENGAGEMENTS = "budget;numero;libelle;tiers;montant;nature"


def write(folder: Path, *lines: str) -> Path:
    source = folder / "export.csv"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return source


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-1+2", '"=HYPERLINK(""http://x"")"'])
def test_a_formula_is_refused_with_its_column_and_its_line(tmp_path: Path, cell: str) -> None:
    good = "COMMUNE;BC1;x;F1;1;6064"
    source = write(tmp_path, ENGAGEMENTS, good.replace("x", cell), good)
    (taken,), (problem,) = SOFTWARE.engagements(source)
    assert taken.label == "x"
    assert problem.startswith("export.csv, ligne 2 : la colonne libelle contient une formule de tableur « ")


def test_a_formula_in_a_column_that_is_not_read_harms_nobody(tmp_path: Path) -> None:
    source = write(tmp_path, f"{CREDITS};remarque", "COMMUNE;2026;F;011;1;=A1")
    assert SOFTWARE.credits(source)[1] == ()


SPACED = " ".join(IBAN[at : at + 4] for at in range(0, len(IBAN), 4))


@pytest.mark.parametrize("written", [IBAN, SPACED, IBAN.lower(), f"RIB {IBAN}", f"RIB : {SPACED} (Banque)"])
@pytest.mark.parametrize("place", ["identifiant", "code_postal"])
def test_no_column_of_tiers_brings_a_whole_account_into_a_sentence(tmp_path: Path, written: str, place: str) -> None:
    row = {
        "reference": "F1",
        "nom": "X",
        "identifiant": SUPPLIER,
        "adresse": "rue",
        "code_postal": "99000",
        "ville": "V",
        "iban": IBAN,
    } | {place: written}
    source = write(tmp_path, ";".join(row), ";".join(row.values()))
    _, (problem,) = SOFTWARE.tiers(source)
    assert IBAN[8:20] not in "".join(problem.upper().split())


@pytest.mark.parametrize("place", range(5))
def test_no_column_of_credits_brings_a_whole_account_into_a_sentence(tmp_path: Path, place: int) -> None:
    cells = ["COMMUNE", "2026", "F", "0 11", "1"]
    cells[place] = SPACED
    _, (problem,) = SOFTWARE.credits(write(tmp_path, CREDITS, ";".join(cells)))
    assert IBAN[8:20] not in "".join(problem.split())


def test_what_was_overspent_is_known(tmp_path: Path) -> None:
    ((credit,), _) = SOFTWARE.credits(write(tmp_path, CREDITS, "COMMUNE;2026;F;011;-1 234,50"))
    ((order,), _) = SOFTWARE.engagements(write(tmp_path, f"{ENGAGEMENTS};reste", "COMMUNE;B1;x;F1;10;6064;-5"))
    assert (credit.remaining, order.remaining) == (Decimal("-1234.50"), Decimal(-5))


def test_a_column_given_to_one_title_is_not_read_for_another(tmp_path: Path) -> None:
    software = CsvFinanceSoftware(BUDGETS, FinanceSettings(colonnes_engagements={"reste": "Solde"}))
    ((order,), _) = software.engagements(write(tmp_path, f"{ENGAGEMENTS};Solde", "COMMUNE;BC1;x;F1;10;6064;1"))
    assert (order.left, order.open) == (Decimal(1), True)


def test_one_column_may_serve_two_titles(tmp_path: Path) -> None:
    software = CsvFinanceSoftware(BUDGETS, FinanceSettings(colonnes_engagements={"libelle": "numero"}))
    ((order,), _) = software.engagements(write(tmp_path, "budget;numero;tiers;montant;nature", "COMMUNE;BC1;F1;1;6064"))
    assert (order.number, order.label) == ("BC1", "BC1")


def test_a_title_of_two_lines_is_one_title(tmp_path: Path) -> None:
    software = CsvFinanceSoftware(BUDGETS, FinanceSettings(colonnes_credits={"disponible": "Crédits dispo"}))
    source = write(tmp_path, 'budget;exercice;section;chapitre;"CRÉDITS\ndispo"', "COMMUNE;2026;F;011;1")
    ((credit,), problems) = software.credits(source)
    assert (credit.available, problems) == (Decimal(1), ())


@pytest.mark.parametrize(
    ("cells", "words"),
    [("BC1;x;F1;10;6064;12,30", "solde « 12,30 » : oui ou non"), ("///;x;F1;10;6064;", "numero « /// »")],
)
def test_a_cell_that_means_nothing_is_not_taken_for_the_usual(tmp_path: Path, cells: str, words: str) -> None:
    records, (problem,) = SOFTWARE.engagements(write(tmp_path, f"{ENGAGEMENTS};solde", f"COMMUNE;{cells}"))
    assert records == ()
    assert words in problem


def test_titles_that_end_with_separators_let_rows_end_so(tmp_path: Path) -> None:
    rows = [
        f"COMMUNE;2026;F;{chapter};1{end}" for chapter, end in (("011", ""), ("012", ";"), ("65", ";;"), ("66", ";;;"))
    ]
    credits_, (problem,) = SOFTWARE.credits(write(tmp_path, f"{CREDITS};;", *rows))
    assert [one.chapter for one in credits_] == ["011", "012", "65"]
    assert "ligne 5 : 8 cellules pour 5 titres" in problem


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
def test_a_file_of_too_many_lines_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setattr(csv_file, "MOST_LINES", 3)
    source = tmp_path / "export.csv"
    source.write_text(end * 3, encoding="utf-8", newline="")
    with pytest.raises(DocumentError, match="il manque la colonne"):
        SOFTWARE.credits(source)
    source.write_text(end * 4, encoding="utf-8", newline="")
    with pytest.raises(TooLarge, match=r"export\.csv : le fichier a plus de 3 lignes"):
        SOFTWARE.credits(source)
