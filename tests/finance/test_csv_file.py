"""Any usual encoding, separator and quoting says the same rows; what cannot be told apart is refused by its lines."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.errors import DocumentError
from dematfin.finance.csv_file import SEPARATORS, Line, lines
from dematfin.finance.titles import Titles

TITLES = Titles(required=("numero", "libelle"), optional=("montant",), exported={"montant": "Crédits, nets ; en|€"})
HEADER = ("Numéro", "LIBELLÉ", " crédits, NETS ; en|€ ", "Été à part")
ENCODINGS = {
    "utf-8": lambda text: text.encode(),
    "utf-8 with a mark": lambda text: text.encode("utf-8-sig"),
    "utf-16 little": lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
    "utf-16 big": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "windows-1252": lambda text: text.encode("cp1252"),
}
CELLS = st.text(st.characters(codec="cp1252", exclude_characters="\r\0"), max_size=12)
ANY_CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\r\0\N{REPLACEMENT CHARACTER}"), max_size=12)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


def read(source: Path, *rows: str, sep: str = ";") -> list[Line]:
    """Read rows under the two titles that are always needed."""
    titles = Titles(required=("numero", "libelle"), optional=())
    source.write_text("\n".join([f"numero{sep}libelle", *rows]), encoding="utf-8", newline="")
    return list(lines(source, titles))


@given(
    data=st.data(),
    encoding=st.sampled_from(sorted(ENCODINGS)),
    separator=st.sampled_from(SEPARATORS),
    everywhere=st.booleans(),
)
def test_what_was_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, encoding: str, separator: str, *, everywhere: bool
) -> None:
    cells = CELLS if encoding == "windows-1252" else ANY_CELLS
    rows = data.draw(st.lists(st.tuples(cells, cells, cells, cells), max_size=5))
    text = io.StringIO()
    writer = csv.writer(
        text,
        delimiter=separator,
        quoting=csv.QUOTE_ALL if everywhere else csv.QUOTE_MINIMAL,
        lineterminator="\r\n",
    )
    writer.writerows([HEADER, *rows])
    source = tmp_path_factory.getbasetemp() / "property.csv"
    source.write_bytes(ENCODINGS[encoding](text.getvalue()))
    found = list(lines(source, TITLES))
    assert [line.problem for line in found] == [""] * len(found)
    expected = [tuple(cell.strip() for cell in row[:3]) for row in rows if any(cell.strip() for cell in row)]
    assert [(one.row["numero"], one.row["libelle"], one.row["montant"]) for one in found] == expected


@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
@pytest.mark.parametrize("separator", SEPARATORS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_real_file_in_each_form(source: Path, encoding: str, separator: str, end: str) -> None:
    rows = [[f'"{cell}"' for cell in HEADER], ["1", '"Été ; à, l|école\t2 €"', "5", ""], [], ["", "", "", ""]]
    source.write_bytes(ENCODINGS[encoding](end.join(separator.join(row) for row in rows)))
    (line,) = lines(source, TITLES)
    assert line == Line(2, 2, {"numero": "1", "libelle": "Été ; à, l|école\t2 €", "montant": "5"})


def test_the_titles_tell_the_separator_whatever_the_labels_hold(source: Path) -> None:
    (line,) = read(source, '1,"a;b;c;d|e|f|g\t\t\t\t"', sep=",")
    assert line.row == {"numero": "1", "libelle": "a;b;c;d|e|f|g"}


def test_a_quote_left_open_costs_its_own_line(source: Path) -> None:
    found = read(source, "1;un", '2;"deux', "3;trois", "4;quatre")
    assert [line.place for line in found if line.problem] == ["ligne 3"]
    assert [line.row["libelle"] for line in found if not line.problem] == ["un", "trois", "quatre"]


def test_a_quote_closed_by_the_next_one_does_not_swallow_a_row_in_silence(source: Path) -> None:
    found = read(source, '1;"un', '2;"deux', "3;trois")
    assert [(line.place, bool(line.problem)) for line in found] == [
        ("ligne 2", True),
        ("ligne 3", True),
        ("ligne 4", False),
    ]


def test_a_label_of_several_lines_is_one_row(source: Path) -> None:
    found = read(source, '1;"un\nbis"', "2;deux")
    assert [(line.number, line.last, line.row["libelle"]) for line in found] == [(2, 3, "un\nbis"), (4, 4, "deux")]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("2;Crayons; gommes", "3 cellules pour 2 titres"),
        ("2;deux;", "3 cellules pour 2 titres"),
        ("2", "1 cellule pour 2 titres"),
        ("2;de\0ux", "un caractère est illisible"),
        ("2;de\N{REPLACEMENT CHARACTER}ux", "un caractère est illisible"),
        ("2;" + "x" * 200_000, "une cellule est trop longue"),
    ],
)
def test_a_hostile_row_stops_nothing(source: Path, row: str, words: str) -> None:
    first, bad, last = read(source, "1;un", row, "3;trois")
    assert (first.problem, last.problem, last.place, last.row["libelle"]) == ("", "", "ligne 4", "trois")
    assert bad.place == "ligne 3"
    assert words in bad.problem


def test_bytes_that_the_encoding_does_not_know_cost_one_row(source: Path) -> None:
    source.write_bytes(b"numero;libelle\n1;\xe9t\xe9\n2;\x81\n")
    good, bad = lines(source, Titles(required=("numero", "libelle"), optional=()))
    assert (good.row["libelle"], good.problem) == ("été", "")
    assert bad.problem == "un caractère est illisible"


def test_a_title_of_the_configuration_must_be_there_even_for_a_column_that_we_can_do_without(source: Path) -> None:
    source.write_text("numero;libelle;montant\n1;un;5\n", encoding="utf-8")
    with pytest.raises(DocumentError, match=r"il manque la colonne Crédits, nets ; en\|€ \(montant\)"):
        list(lines(source, TITLES))


def test_a_title_twice_is_not_chosen_between(source: Path) -> None:
    source.write_text("numero;libelle;Libellé\n1;un;autre\n", encoding="utf-8")
    with pytest.raises(DocumentError, match="deux colonnes portent le titre libelle"):
        list(lines(source, Titles(required=("numero", "libelle"), optional=())))
