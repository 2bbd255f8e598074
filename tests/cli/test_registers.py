"""Importing CSV registers: what agents really export, and what is wrong with each row."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.office import Office, plain

TITLES = "budget;numero;libelle;tiers;montant;nature"
ROW = "COMMUNE;{0};Été à l'école;F00231;1 234,50;6064"

READABLE = {
    "utf-8": f"{TITLES}\n{ROW.format('T1')}\n".encode(),
    "utf-8 with a mark": b"\xef\xbb\xbf" + f"{TITLES}\n{ROW.format('T1')}\n".encode(),
    "windows-1252": f"{TITLES}\r\n{ROW.format('T1')}\r\n".encode("cp1252"),
    "quotes": f'{TITLES}\n"COMMUNE";"T1";"Été à l\'école";"F00231";"1 234,50";"6064"\n'.encode(),
    "columns in another order": "nature;montant;tiers;libelle;numero;budget;vide\n6064;1234.50;F00231;Été à l'école;T1;"
    "COMMUNE;\n".encode(),
    "commas": (TITLES.replace(";", ",") + "\nCOMMUNE,T1,Été à l'école,F00231,1234.50,6064\n").encode(),
    "tabs": (TITLES.replace(";", "\t") + "\nCOMMUNE\tT1\tÉté à l'école\tF00231\t1.234,50 €\t6064\n").encode("cp1252"),
    "utf-16": f"{TITLES}\r\n{ROW.format('T1')}\r\n".encode("utf-16"),
    "titles with accents": f"{TITLES.replace('numero', ' Numéro ')}\n{ROW.format('T1')}\n".encode(),
    "capital titles": f"{TITLES.upper()}\n{ROW.format('T1')}\n".encode(),
}

UNREADABLE = {
    "a missing column": b"budget;numero;libelle\nCOMMUNE;T1;x\n",
    "empty": b"",
    "half a utf-16": f"{TITLES}\n".encode("utf-16")[:-1],
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
}

ROWS = [
    ("EAU;T2;x;F00231;10;6064", "le budget « EAU » n'est pas dans la configuration"),
    ("COMMUNE;T2;x;F00231;dix;6064", "montant illisible : 'dix'"),
    ("COMMUNE;T2;;F00231;10;6064", "colonne vide : libelle"),
    ("COMMUNE;T2;x;F00231", "colonne vide : montant, nature"),
    ("COMMUNE;T2;x;F00231;10;achats", "nature « achats » : des chiffres sont attendus"),
    ("COMMUNE;T1;x;F00231;10;6064", "même référence que la ligne 2, seule gardée"),
]


def engagement(office: Office, number: str) -> tuple[str, int]:
    """Return the label of an engagement and its amount in cents."""
    with closing(office.base()) as base:
        base.row_factory = sqlite3.Row
        row = base.execute("SELECT * FROM engagement WHERE number = ?", (number,)).fetchone()
        return row["label"], row["amount"]


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    return tmp_path / "engagements.csv"


@pytest.mark.parametrize("data", READABLE.values(), ids=READABLE.keys())
def test_each_way_of_writing_the_same_row_is_read_the_same(copy: Office, csv: Path, data: bytes) -> None:
    csv.write_bytes(data)
    answer = copy("engagement", "importer", str(csv))
    assert (answer.code, answer.out, answer.err) == (0, "1 engagement importé.\n", "")
    assert engagement(copy, "T1") == ("Été à l'école", 123450)


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("register", ["engagement", "tiers"])
def test_a_file_of_another_form_is_refused_whole(office: Office, csv: Path, register: str, data: bytes) -> None:
    csv.write_bytes(data)
    head = office.head()
    answer = office(register, "importer", str(csv))
    assert answer.code == 4
    assert re.search("il manque la colonne|pas un fichier de texte|est abîmé", answer.err)
    assert office.head() == head
    plain(answer.err.replace(csv.name, ""))


@pytest.mark.parametrize(("row", "words"), ROWS)
def test_a_wrong_row_is_left_out_by_its_line_and_the_others_are_taken(
    copy: Office, csv: Path, row: str, words: str
) -> None:
    csv.write_text("\n".join([TITLES, ROW.format("T1"), row, ROW.format("T3")]) + "\n", encoding="utf-8")
    answer = copy("engagement", "importer", str(csv))
    assert answer.code == 1
    assert answer.out == "2 engagements importés.\n"
    assert f"engagements.csv, ligne 3 : {words}. Ligne laissée de côté." in answer.err
    assert engagement(copy, "T3")[1] == 123450
    assert engagement(copy, "T1") == ("Été à l'école", 123450)


def test_an_engagement_known_already_is_brought_up_to_date(copy: Office, csv: Path) -> None:
    before = engagement(copy, "BC26-00077")
    csv.write_text(f"{TITLES}\nCOMMUNE;BC26-00077;Rentrée;F00231;900,00;60632\n", encoding="utf-8")
    assert copy("engagement", "importer", str(csv)).code == 0
    assert before != engagement(copy, "BC26-00077") == ("Rentrée", 90000)


def test_wrong_creditors_are_told_without_their_whole_iban(copy: Office, tmp_path: Path) -> None:
    file = tmp_path / "tiers.csv"
    good = "F1;LIBRAIRIE;91098765000017;1 rue Haute;99000;VILLE;FR7619999000170009876543276"
    rows = [
        good,
        good.replace("F1", "F2").replace("91098765000017", "91098765000018"),
        good.replace("F1", "F3").replace("543276", "543277"),
        good.replace("F1", "F4").replace("99000;", "990;"),
    ]
    file.write_text("\n".join(["reference;nom;identifiant;adresse;code_postal;ville;iban", *rows]), encoding="utf-8")
    answer = copy("tiers", "importer", str(file))
    assert (answer.code, answer.out) == (1, "1 tiers importé.\n")
    for line, word in ((3, "SIRET invalide"), (4, "IBAN invalide"), (5, "code postal « 990 »")):
        assert f"ligne {line} : {word}" in answer.err
    assert "0009876543" not in answer.err
