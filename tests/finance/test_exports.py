"""Exports of any finance software: their separator, encoding and titles are found or declared, never guessed wrong."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dematfin.errors import DocumentError
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.finance.settings import FinanceSettings
from examples import BUDGETS, COMMUNE

TITLES = ["budget", "numero", "libelle", "tiers", "montant", "nature", "reste", "chapitre"]
WORDS = st.text(
    st.characters(codec="cp1252", categories=["L", "N", "P", "S", "Zs"], exclude_characters='"'),
    min_size=1,
    max_size=20,
).filter(lambda word: bool(word.strip()))


@given(
    labels=st.lists(WORDS, min_size=1, max_size=5),
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
)
def test_any_writing_of_the_same_rows_reads_the_same(
    tmp_path_factory: pytest.TempPathFactory, labels: list[str], separator: str, encoding: str, quoting: int, end: str
) -> None:
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=separator, quoting=quoting, lineterminator=end)  # type: ignore[arg-type]  # one of csv's own
    writer.writerow(TITLES)
    for order, label in enumerate(labels):
        writer.writerow(["COMMUNE", f"BC{order}", label, "F1", "1 234,50", "60632", "", ""])
    source = tmp_path_factory.mktemp("export") / "engagements.csv"
    source.write_bytes(sheet.getvalue().encode(encoding))
    records, problems = CsvFinanceSoftware(BUDGETS).engagements(source)
    assert problems == ()
    assert [one.label for one in records] == [label.strip() for label in labels]
    assert {one.amount for one in records} == {Decimal("1234.50")}


def write(folder: Path, *lines: str) -> Path:
    source = folder / "export.csv"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return source


def test_the_titles_of_a_finance_software_are_declared(tmp_path: Path) -> None:
    columns = FinanceSettings(colonnes_engagements={"numero": "N° Engagt", "reste": "Solde dispo"})
    source = write(
        tmp_path, "Budget;n° engagt;Libellé;Tiers;Montant;Nature;SOLDE DISPO", "COMMUNE;BC1;x;F1;100;6064;12,30"
    )
    ((one,), problems) = CsvFinanceSoftware(BUDGETS, columns).engagements(source)
    assert (one.number, one.left, one.remaining, problems) == ("BC1", Decimal("12.30"), Decimal("12.30"), ())


def test_a_declared_title_that_is_not_there_is_named(tmp_path: Path) -> None:
    columns = FinanceSettings(colonnes_engagements={"reste": "Solde dispo"})
    with pytest.raises(DocumentError, match="Solde dispo"):
        CsvFinanceSoftware(BUDGETS, columns).engagements(write(tmp_path, ";".join(TITLES[:6])))


def test_a_column_that_we_do_not_have_cannot_be_declared() -> None:
    with pytest.raises(ValidationError, match="iban_bis"):
        FinanceSettings(colonnes_tiers={"iban_bis": "RIB"})


def test_credits_are_read_by_chapter_and_section(tmp_path: Path) -> None:
    source = write(
        tmp_path, "budget;exercice;section;chapitre;disponible", "COMMUNE;2026;F;011;1.234,50", "COMMUNE;2026;I;21;-5"
    )
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
        ("COMMUNE;2026;F;011;beaucoup", "montant illisible"),
        ("COMMUNE;2026;F;011;1;2", "plus de cellules"),
        ("VOISINE;2026;F;011;1", "VOISINE"),
    ],
)
def test_a_bad_line_of_credits_is_told_with_its_number(tmp_path: Path, row: str, words: str) -> None:
    source = write(
        tmp_path, "budget;exercice;section;chapitre;disponible", "COMMUNE;2026;F;012;1", row, "COMMUNE;2026;F;65;1"
    )
    credits_, (problem,) = CsvFinanceSoftware(BUDGETS).credits(source)
    assert len(credits_) == 2
    assert "ligne 3" in problem
    assert words in problem


@pytest.mark.parametrize(
    ("written", "amount"),
    [("1.234,50", "1234.50"), ("1234.50", "1234.50"), ("12.345.678,9", "12345678.90"), ("1\u202f234,5 €", "1234.50")],
)
def test_amounts_are_read_as_the_french_write_them(tmp_path: Path, written: str, amount: str) -> None:
    source = write(tmp_path, "budget;exercice;section;chapitre;disponible", f"COMMUNE;2026;F;011;{written}")
    ((one,), _) = CsvFinanceSoftware(BUDGETS).credits(source)
    assert one.available == Decimal(amount)
