"""Registers as finance software exports them; a bad row is named, the others are taken."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.errors import DocumentError, TooLarge
from dematfin.finance import csv_file, text_file
from dematfin.finance.registers import CsvFinanceSoftware
from examples import BUDGETS, COMMUNE, IBAN, SUPPLIER

SOFTWARE = CsvFinanceSoftware(BUDGETS)
ENGAGEMENTS = "budget;numero;libelle;tiers;montant;nature;fonction;section;marche;solde"
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


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encodings_and_ends_of_lines_do_not_matter(source: Path, encoding: str, end: str) -> None:
    source.write_bytes(f"{ENGAGEMENTS}{end}{GOOD}{end}{end}".encode(encoding))
    ((one,), problems) = SOFTWARE.engagements(source)
    assert (one.label, problems) == ("Rentrée", ())


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
        (GOOD.replace("1 200,50", "-1 200,50"), "n'est pas négatif"),
        (GOOD.replace("BC26-00077", "///"), "numero « /// »"),
        (GOOD + "12,30", "solde « 12,30 » : oui ou non"),
        (GOOD.replace(";I;", ";X;"), "section « X »"),
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


def test_quotes_protect_a_semicolon(source: Path) -> None:
    source.write_text(f"{TIERS}\n{SUPPLIER_ROW.replace('PAPETERIE DU LAC', chr(34) + 'A ; B' + chr(34))}\n", "utf-8")
    ((one,), problems) = SOFTWARE.tiers(source)
    assert (one.name, problems) == ("A ; B", ())


@pytest.mark.parametrize("data", [b"", b"a,b,c\n1,2,3\n", b"\x00\x01\x02", b"reference;nom\nF1;X\n"])
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


def test_a_file_of_too_many_lines_is_not_read(source: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MOST_LINES", 3)
    for end in ("\n", "\r", "\r\n"):
        source.write_text(end * 3, encoding="utf-8", newline="")
        with pytest.raises(DocumentError, match="il manque la colonne"):
            SOFTWARE.tiers(source)
        source.write_text(end * 4, encoding="utf-8", newline="")
        with pytest.raises(TooLarge, match=r"registre\.csv : le fichier a plus de 3 lignes"):
            SOFTWARE.tiers(source)


def test_a_file_without_end_is_not_read() -> None:
    with pytest.raises(TooLarge, match="zero"):
        SOFTWARE.tiers(Path("/dev/zero"))


@pytest.mark.parametrize("written", [IBAN, " ".join(IBAN[at : at + 4] for at in range(0, 27, 4)), IBAN.lower()])
@pytest.mark.parametrize("place", [2, 4])
def test_no_column_brings_a_whole_iban_into_a_sentence(source: Path, written: str, place: int) -> None:
    cells = SUPPLIER_ROW.split(";")
    cells[place] = written
    source.write_text(f"{TIERS}\n{';'.join(cells)}\n", encoding="utf-8")
    _, (problem,) = SOFTWARE.tiers(source)
    assert "76" in problem
    assert IBAN[8:20] not in "".join(problem.upper().split())


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
