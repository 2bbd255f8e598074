"""Files of rows and names: whatever is written is read back the same, and nothing in a name is a path."""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.domain.exchange.exchange_rules import CsvForm
from dematfin.domain.exchange.file_names import LONGEST, fields_of, named, ranked, safe, unique
from dematfin.domain.exchange.rows_file import GUARD, STARTERS, write

COLUMNS = {"numero": "N° pièce", "ttc": "Montant", "date": "Date"}
ENCODINGS = ("utf-8", "utf-8-sig", "latin-1", "cp1252")
DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d%m%Y")
FORMS = st.builds(
    CsvForm,
    separator=st.sampled_from((";", ",", "\t", "|")),
    encoding=st.sampled_from(ENCODINGS),
    decimal=st.sampled_from((",", ".")),
    day=st.sampled_from(DAYS),
)
NASTY = st.text(st.sampled_from("=+-@'\"\t\r\n;,|aé 1")) | st.text(max_size=30)


def read(data: bytes, form: CsvForm) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(form.encoding), newline=""), delimiter=form.separator))


def row(numero: str = "F-1", ttc: str = "1.00", day: date = date(2026, 3, 2)) -> dict[str, str | Decimal | date]:
    return {"numero": numero, "ttc": Decimal(ttc), "date": day}


def unguarded(cell: str) -> str:
    """Return a text as it was before its guard."""
    return cell[1:] if cell.startswith(GUARD) and cell.lstrip(GUARD)[:1] in STARTERS else cell


@given(
    form=FORMS,
    rows=st.lists(
        st.tuples(
            NASTY,
            st.decimals(-(10**12), 10**12, places=2, allow_nan=False),
            st.dates(date(1000, 1, 1), date(2999, 1, 1)),
        ),
        max_size=4,
    ),
)
def test_what_is_written_is_read_back(form: CsvForm, rows: list[tuple[str, Decimal, date]]) -> None:
    written = write([{"numero": a, "ttc": b, "date": c} for a, b, c in rows], COLUMNS, form)
    titles, *cells = read(written.data, form)
    assert titles == list(COLUMNS.values())
    assert len(cells) == len(rows)
    for (text, amount, day), (cell, euros, when) in zip(rows, cells, strict=True):
        assert unguarded(cell) == text or text in written.replaced
        assert Decimal(euros.replace(form.decimal, ".")) == amount
        assert when == day.strftime(form.day)


@given(form=FORMS, text=NASTY)
def test_no_cell_from_outside_is_a_formula(form: CsvForm, text: str) -> None:
    _, (cell, *_) = read(write([row(text)], COLUMNS, form).data, form)
    assert cell[:1] not in STARTERS


def test_a_row_is_one_line_whatever_a_supplier_wrote() -> None:
    written = write([row("F-1\r\n;;9 999,00\u2028x\ty")], COLUMNS, CsvForm())
    assert written.data.decode("utf-8-sig").splitlines() == [
        "N° pièce;Montant;Date",
        '"F-1  ;;9 999,00 x y";1,00;02/03/2026',
    ]


def test_nought_has_no_sign() -> None:
    _, cells = read(write([row(ttc="-0.00")], COLUMNS, CsvForm()).data, CsvForm())
    assert cells[1] == "0,00"


def test_a_credit_note_stays_a_number() -> None:
    _, cells = read(write([row(ttc="-12.5")], COLUMNS, CsvForm()).data, CsvForm())
    assert cells == ["F-1", "-12,50", "02/03/2026"]


@pytest.mark.parametrize(
    ("text", "encoding", "cell"),
    [
        ("L’Œuvre", "latin-1", "L'OEuvre"),
        ("L’Œuvre", "cp1252", "L’Œuvre"),
        ("Łódź", "latin-1", "?ódz"),
        ("10 €", "latin-1", "10 EUR"),
        ("東京", "cp1252", "??"),
        ("a\x00b\x1b", "utf-8", "a?b?"),
        ("\ud800", "utf-8", "?"),
        ("＝1+1", "latin-1", "'=1+1"),
    ],
)
def test_a_sign_that_cannot_be_written_is_replaced_and_told(text: str, encoding: str, cell: str) -> None:
    form = CsvForm(encoding=encoding)
    written = write([row(text)], COLUMNS, form)
    assert read(written.data, form)[1][0] == cell
    assert written.replaced == ((text,) if cell != text else ())


def test_a_mark_begins_the_file_only_where_it_is_asked_for() -> None:
    assert write([], COLUMNS, CsvForm(encoding="utf-8-sig")).data.startswith(b"\xef\xbb\xbfN")
    assert write([], COLUMNS, CsvForm(encoding="utf-8")).data.startswith("N°".encode())


@given(st.text(max_size=300) | NASTY)
def test_a_safe_name_is_one_and_stays_itself(text: str) -> None:
    name = safe(text)
    assert name
    assert len(name.encode()) <= LONGEST + 1
    assert not set(name) & set('/\\:*?"<>|\0\r\n')
    assert name[0] != "."
    assert safe(name) == name


@pytest.mark.parametrize("name", ["con", "NUL.pdf", "com1.xml", "Lpt9", "aux.tar.gz"])
def test_names_of_devices_are_no_names(name: str) -> None:
    assert safe(name) == f"_{name}"


def test_names_that_differ_by_their_case_alone_are_one() -> None:
    assert unique("Été.xml", {"été.xml", "ÉTÉ-2.xml"}) == "Été-3.xml"
    assert ranked("sans", 2) == "sans-2"


def test_a_rule_takes_known_fields_alone() -> None:
    values = {"facture": "F1", "fournisseur": "../Énergie & Co/"}
    assert named("{fournisseur}_{facture}.pdf", values) == "Énergie___Co_F1.pdf"
    for rule in ("{facture!r}.pdf", "{facture.__class__}", "{facture[0]}", "{facture:>9}", "{", "{}"):
        with pytest.raises(ValueError, match=r"."):
            fields_of(rule)
