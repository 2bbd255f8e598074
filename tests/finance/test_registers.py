"""From rows to engagements, tiers and credits; a bad row is named, the others are taken."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.registers import Credit, Imputation, credit_id
from dematfin.errors import DocumentError, TooLarge
from dematfin.finance import text_file
from dematfin.finance.registers import CsvFinanceSoftware
from dematfin.finance.settings import FinanceSettings
from examples import BUDGETS, CCAS, COMMUNE, IBAN, SUPPLIER

SOFTWARE = CsvFinanceSoftware(BUDGETS, FinanceSettings())
ENGAGEMENTS = "budget;numero;libelle;tiers;montant;nature;fonction;section;marche;solde"
CREDITS = "budget;exercice;section;chapitre;disponible"
TIERS = "reference;nom;identifiant;adresse;code_postal;ville;iban"
GOOD = "COMMUNE;BC26-00077;Rentrée;F00231;1 200,50;60632;211;I;2025-17;"
SUPPLIER_ROW = f"F00231;PAPETERIE DU LAC;{SUPPLIER};12 avenue du Test;99000;ESSAIVILLE;{IBAN}"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "registre.csv"


def test_an_engagement_is_read_whole(source: Path) -> None:
    source.write_text(f"{ENGAGEMENTS}\n{GOOD}\n", encoding="utf-8")
    ((one,), problems) = SOFTWARE.engagements(source)
    assert problems == ()
    assert (one.siret, one.number, one.amount) == (COMMUNE, "BC26-00077", Decimal("1200.50"))
    assert (one.imputation.nature, one.imputation.fonction, one.imputation.investment) == ("60632", "211", True)
    assert (one.marche, one.open) == ("2025-17", True)


def test_what_is_left_and_the_chapter_are_taken_when_the_export_says_them(source: Path) -> None:
    row = GOOD.replace(";I;", ";Fonctionnement;") + ";{0};{1}"
    lines = [f"{ENGAGEMENTS};reste;chapitre", row.format("300,5", "65a"), row.replace("00077", "00078").format("", "")]
    source.write_text("\n".join(lines), encoding="utf-8")
    ((said, silent), problems) = SOFTWARE.engagements(source)
    assert problems == ()
    assert (said.left, said.remaining, said.imputation.chapitre) == (Decimal("300.50"), Decimal("300.50"), "65A")
    assert (silent.left, silent.remaining, silent.imputation.chapitre) == (None, Decimal("1200.50"), "011")
    assert not said.imputation.investment


def test_a_credit_is_read_whole(source: Path) -> None:
    source.write_text(f"{CREDITS}\nccas;2026;F;011;1 000,00\nCCAS;2026;investissement;21;2000\n", encoding="utf-8")
    ((running, works), problems) = SOFTWARE.credits(source)
    assert problems == ()
    assert running == Credit(
        id=f"{CCAS}:2026:F:011", siret=CCAS, exercice=2026, chapter="011", investment=False, available=Decimal(1000)
    )
    assert (works.id, works.investment) == (f"{CCAS}:2026:I:21", True)


def test_a_credit_is_found_by_the_expense_that_takes_from_it(source: Path) -> None:
    source.write_text(f"{CREDITS}\nCOMMUNE;2026;F;011;1000\n", encoding="utf-8")
    ((credit,), _) = SOFTWARE.credits(source)
    assert credit.id == credit_id(COMMUNE, 2026, Imputation(nature="60632"))


@pytest.mark.parametrize(
    ("written", "meant"), [("11", "011"), ("12", "012"), ("14", "014"), ("13", "13"), ("65", "65")]
)
def test_a_chapter_that_a_spreadsheet_cut_is_found_all_the_same(source: Path, written: str, meant: str) -> None:
    source.write_text(f"{CREDITS}\nCOMMUNE;2026;F;{written};1000\n", encoding="utf-8")
    ((credit,), _) = SOFTWARE.credits(source)
    assert credit.chapter == meant


def test_an_overspent_chapter_is_taken_as_it_is(source: Path) -> None:
    source.write_text(f"{CREDITS}\nCCAS;2026;F;011;-1 234,50 €\n", encoding="utf-8")
    ((credit,), problems) = SOFTWARE.credits(source)
    assert (credit.available, problems) == (Decimal("-1234.50"), ())


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("EAU;2026;F;011;10", "EAU"),
        ("CCAS;26;F;011;10", "exercice « 26 »"),
        ("CCAS;2026;X;011;10", "section « X »"),
        ("CCAS;2026;;011;10", "colonne vide : section"),
        ("CCAS;2026;F;0 11;10", "chapitre « 0 11 »"),
        ("CCAS;2026;F;011;dix", "disponible « dix » : montant illisible"),
        ("CCAS;2026;F;011;1.234", "disponible « 1.234 » : ce montant peut se lire de deux façons"),
        ("CCAS;2026;I;012;10", "même référence que la ligne 2"),
    ],
)
def test_a_wrong_credit_is_named_and_left_out(source: Path, row: str, words: str) -> None:
    source.write_text(f"{CREDITS}\nCCAS;2026;I;012;5\n{row}\nCCAS;2026;F;65;7\n", encoding="utf-8")
    records, (problem,) = SOFTWARE.credits(source)
    assert [one.available for one in records] == [Decimal(5), Decimal(7)]
    assert problem.startswith("registre.csv, ligne 3 : ")
    assert words in problem


def test_the_titles_of_the_export_stand_for_ours(source: Path) -> None:
    ours = FinanceSettings(colonnes_credits={"disponible": "Crédits  Disponibles", "chapitre": "CHAP."})
    source.write_text("budget\texercice\tsection\tChap.\tcredits  disponibles\nCCAS\t2026\tF\t011\t8\n", "utf-16")
    ((credit,), problems) = CsvFinanceSoftware(BUDGETS, ours).credits(source)
    assert (credit.chapter, credit.available, problems) == ("011", Decimal(8), ())


def test_a_closed_engagement_and_a_budget_by_its_siret(source: Path) -> None:
    row = GOOD.replace("COMMUNE", COMMUNE) + "Oui"
    source.write_text(f"{ENGAGEMENTS}\n{row}\n", encoding="utf-8")
    ((one,), _) = SOFTWARE.engagements(source)
    assert (one.siret, one.open) == (COMMUNE, False)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (GOOD.replace("COMMUNE", "VOISINE"), "VOISINE"),
        (GOOD.replace("1 200,50", "mille"), "montant"),
        (GOOD.replace("1 200,50", ""), "montant"),
        (GOOD.replace("60632", "ABC"), "nature"),
        (GOOD.replace("211", "²¹¹"), "fonction"),
        (GOOD.replace("1 200,50", "-1 200,50"), "montant « -1 200,50 »"),
        (GOOD.replace(";I;", ";R;"), "section « R »"),
        ("COMMUNE;BC26", "2 cellules pour 10 titres"),
    ],
)
def test_a_bad_row_is_named_and_left_out(source: Path, row: str, words: str) -> None:
    source.write_text(f"{ENGAGEMENTS}\n{row}\n{GOOD.replace('00077', '00078')}\n", encoding="utf-8")
    records, (problem,) = SOFTWARE.engagements(source)
    assert [one.number for one in records] == ["BC26-00078"]
    assert "ligne 2" in problem
    assert words in problem


def test_the_same_reference_twice_is_said(source: Path) -> None:
    source.write_text(f"{ENGAGEMENTS}\n{GOOD}\n{GOOD.replace('BC26-00077', 'bc26 00077')}\n", encoding="utf-8")
    records, (problem,) = SOFTWARE.engagements(source)
    assert len(records) == 1
    assert "ligne 3" in problem


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (SUPPLIER, "91098765000018", "SIRET"),
        (IBAN, "FR7619999000170009876543277", "IBAN"),
        ("99000", "9900", "code postal"),
        ("99000", "٩٩٠٠٠", "code postal"),
        ("PAPETERIE DU LAC", "", "nom"),
    ],
)
def test_a_creditor_who_could_not_be_paid_is_left_out(source: Path, old: str, new: str, words: str) -> None:
    source.write_text(f"{TIERS}\n{SUPPLIER_ROW.replace(old, new)}\n", encoding="utf-8")
    records, (problem,) = SOFTWARE.tiers(source)
    assert records == ()
    assert words in problem
    assert new not in problem or old != IBAN  # never a whole account


@pytest.mark.parametrize("place", ["identifiant", "code_postal"])
def test_columns_taken_for_one_another_show_no_account(source: Path, place: str) -> None:
    spaced = "FR76 1999 9000 1700 0987 6543 276"
    software = CsvFinanceSoftware(BUDGETS, FinanceSettings(colonnes_tiers={place: "Compte"}))
    source.write_text(f"{TIERS};Compte\n{SUPPLIER_ROW};{spaced}\n", encoding="utf-8")
    records, (problem,) = software.tiers(source)
    assert records == ()
    assert f"{place} : c'est un IBAN" in problem
    assert "0987" not in problem


def test_quotes_protect_a_semicolon(source: Path) -> None:
    source.write_text(f"{TIERS}\n{SUPPLIER_ROW.replace('PAPETERIE DU LAC', chr(34) + 'A ; B' + chr(34))}\n", "utf-8")
    ((one,), problems) = SOFTWARE.tiers(source)
    assert (one.name, problems) == ("A ; B", ())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"a,b,c\n1,2,3\n",
        b"\xff\xfer\x00e\x00",
        b"reference;nom;" * 9 + b"\n",
        b"\x00\x01\x02",
        b"reference;nom\nF1;X\n",
    ],
)
def test_a_file_that_is_no_register_is_refused_whole(source: Path, data: bytes) -> None:
    source.write_bytes(data)
    with pytest.raises(DocumentError, match=r"registre\.csv"):
        SOFTWARE.tiers(source)


def test_a_file_that_is_not_there_is_said(source: Path) -> None:
    with pytest.raises(DocumentError, match=r"registre\.csv"):
        SOFTWARE.tiers(source)


def test_a_file_beyond_the_limit_is_not_read(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_file, "LARGEST", 10)
    source.write_text(TIERS, encoding="utf-8")
    with pytest.raises(TooLarge, match=r"registre\.csv"):
        SOFTWARE.tiers(source)


@given(data=st.binary(max_size=200))
def test_no_content_brings_more_than_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    source = tmp_path_factory.mktemp("csv") / "registre.csv"
    source.write_bytes(TIERS.encode() + b"\n" + data)
    try:
        records, problems = SOFTWARE.tiers(source)
    except DocumentError as error:
        assert str(error)
    else:
        assert not records
        assert all("ligne" in problem for problem in problems)
