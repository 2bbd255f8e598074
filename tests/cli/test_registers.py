"""Importing CSV registers: what agents really export, and what is wrong with each row."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.domain.parties.tiers import Tiers
from dematfin.domain.registers import Credit

OTHER_IBAN = "FR1420041010050500013M02606"
ONE_NEW = "(1 ajouté, 0 modifié, 0 inchangé, 0 refusé)"
TITLES = "budget;numero;libelle;tiers;montant;nature"
ROW = "COMMUNE;{0};Été à l'école;F00231;1 234,50;6064"

READABLE = {
    "utf-8": f"{TITLES}\n{ROW.format('T1')}\n".encode(),
    "utf-8 with a mark": b"\xef\xbb\xbf" + f"{TITLES}\n{ROW.format('T1')}\n".encode(),
    "windows-1252": f"{TITLES}\r\n{ROW.format('T1')}\r\n".encode("cp1252"),
    "quotes": f'{TITLES}\n"COMMUNE";"T1";"Été à l\'école";"F00231";"1 234,50";"6064"\n'.encode(),
    "columns in another order": "nature;montant;tiers;libelle;numero;budget;vide\n6064;1234.50;F00231;Été à l'école;T1;"
    "COMMUNE;\n".encode(),
    "commas": f'{TITLES.replace(";", ",")}\nCOMMUNE,T1,Été à l\'école,F00231,"1 234,50",6064\n'.encode(),
    "tabs in utf-16": f"{TITLES}\n{ROW.format('T1')}\n".replace(";", "\t").encode("utf-16"),
    "bars": f"{TITLES}\n{ROW.format('T1')}\n".replace(";", "|").encode(),
    "capital titles": f"{TITLES.upper()}\n{ROW.format('T1')}\n".encode(),
}

UNREADABLE = {
    "slashes": (TITLES.replace(";", "/") + "\nCOMMUNE/T1/x/F00231/10/6064\n").encode(),
    "a missing column": b"budget;numero;libelle\nCOMMUNE;T1;x\n",
    "empty": b"",
    "utf-16 without its mark": f"{TITLES}\n{ROW.format('T1')}\n".encode("utf-16-le"),
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
}

ROWS = [
    ("EAU;T2;x;F00231;10;6064", "le budget « EAU » n'est pas dans la configuration"),
    ("COMMUNE;T2;x;F00231;dix;6064", "montant « dix » : montant illisible, écrivez par exemple 1234,50"),
    ("COMMUNE;T2;;F00231;10;6064", "colonne vide : libelle"),
    ("COMMUNE;T2;x;F00231", "4 cellules pour 6 titres"),
    ("COMMUNE;T2;x;F00231;10;achats", "nature « achats » : des chiffres sont attendus"),
    ("COMMUNE;T2;x;F00231;-10;6064", "montant « -10 » : un montant négatif ne peut pas être pris"),
    (
        "COMMUNE;T2;Clous; vis;F00231;10;6064",
        "7 cellules pour 6 titres ; un texte qui contient le séparateur va entre ",
    ),
    ("COMMUNE;T2;x\0;F00231;10;6064", "un caractère est illisible"),
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
    assert (answer.code, answer.out, answer.err) == (0, f"1 engagement importé {ONE_NEW}.\n", "")
    assert engagement(copy, "T1") == ("Été à l'école", 123450)


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("register", ["engagement", "tiers", "credit"])
def test_a_file_of_another_form_is_refused_whole(office: Office, csv: Path, register: str, data: bytes) -> None:
    csv.write_bytes(data)
    head = office.head()
    answer = office(register, "importer", str(csv))
    assert answer.code == 4
    assert "il manque la colonne" in answer.err
    assert "séparés par des points-virgules" in answer.err
    assert office.head() == head
    plain(answer.err.replace(csv.name, ""))


@pytest.mark.parametrize(("row", "words"), ROWS)
def test_a_wrong_row_is_left_out_by_its_line_and_the_others_are_taken(
    copy: Office, csv: Path, row: str, words: str
) -> None:
    csv.write_text("\n".join([TITLES, ROW.format("T1"), row, ROW.format("T3")]) + "\n", encoding="utf-8")
    answer = copy("engagement", "importer", str(csv))
    assert answer.code == 1
    assert answer.out == "2 engagements importés (2 ajoutés, 0 modifié, 0 inchangé, 1 refusé).\n"
    assert f"engagements.csv, ligne 3 : {words}" in answer.err
    assert answer.err.endswith(". Ligne laissée de côté.\n")
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
    assert (answer.code, answer.out) == (1, "1 tiers importé (1 ajouté, 0 modifié, 0 inchangé, 3 refusés).\n")
    for line, word in ((3, "SIRET invalide"), (4, "IBAN invalide"), (5, "code postal « 990 »")):
        assert f"ligne {line} : {word}" in answer.err
    assert "0009876543" not in answer.err


def test_credits_are_imported_under_the_titles_of_the_export(copy: Office, tmp_path: Path) -> None:
    text = copy.config.read_text(encoding="utf-8")
    titles = '[logiciel_financier]\ncolonnes_credits = { disponible = "Crédits disponibles", chapitre = "Chap." }\n'
    copy.config.write_text(f"{text}\n{titles}", encoding="utf-8")
    file = tmp_path / "credits.csv"
    file.write_text(
        "Budget;Exercice;Section;CHAP.;Credits Disponibles\n"
        "COMMUNE;2026;F;011;12 345,60 €\n"
        "COMMUNE;2026;I;21;trois\n"
        "CCAS;2026;F;011;100\n",
        encoding="cp1252",
    )
    answer = copy("credit", "importer", str(file))
    assert (answer.code, answer.out) == (1, "2 crédits importés (0 ajouté, 2 modifiés, 0 inchangé, 1 refusé).\n")
    assert "credits.csv, ligne 3 : disponible « trois » : montant illisible" in answer.err
    plain(answer.said.replace(file.name, ""))
    with copy.opened() as app, app.ledger.reading() as books:
        assert {one.id: str(one.available) for one in books.find(Credit) if one.chapter == "011"} == {
            "21990042000015:2026:F:011": "12345.60",
            "26990042000010:2026:F:011": "100.00",
        }


def test_a_rehearsal_says_what_would_come_and_writes_nothing(copy: Office, csv: Path) -> None:
    rows = (ROW.format("T1"), ROW.format("BC26-00077"), "EAU;T2;x;F00231;10;6064")
    csv.write_text("\n".join([TITLES, *rows]), encoding="utf-8")
    head, before = copy.head(), engagement(copy, "BC26-00077")
    answer = copy("engagement", "importer", str(csv), "--essai")
    assert answer.code == 1
    assert answer.out == (
        "2 engagements à importer (1 ajouté, 1 modifié, 0 inchangé, 1 refusé).\nEssai : rien n'est écrit.\n"
    )
    assert "ligne 4 : le budget « EAU »" in answer.err
    assert (copy.head(), engagement(copy, "BC26-00077")) == (head, before)


def test_a_changed_iban_is_told_masked_and_waits(copy: Office, tmp_path: Path) -> None:
    file = tmp_path / "tiers.csv"
    with copy.opened() as app, app.ledger.reading() as books:
        known = books.find(Tiers)[0]
    row = f"{known.id};{known.name};{known.identifier};1 rue Haute;99000;VILLE;{OTHER_IBAN}"
    file.write_text(f"reference;nom;identifiant;adresse;code_postal;ville;iban\n{row}\n", encoding="utf-8")
    said = copy("tiers", "importer", str(file), "--essai")
    answer = copy("tiers", "importer", str(file))
    assert (answer.code, answer.err) == (0, "")
    for one in (said, answer):
        assert f"! {known.name} ({known.siren}) : le compte FR14…2606 est nouveau pour ce fournisseur" in one.out
        assert "à valider par deux personnes : dematfin tiers iban valider" in one.out
        assert "20041010" not in one.said
        plain(one.said)
    assert "FR14…2606" in copy("tiers", "iban", "liste").out
    again = copy("tiers", "importer", str(file))
    assert again.out == "1 tiers importé (0 ajouté, 0 modifié, 1 inchangé, 0 refusé).\n"


RIGHT = {
    "engagement": (TITLES, ROW.format("T1")),
    "tiers": (
        "reference;nom;identifiant;adresse;code_postal;ville;iban",
        f"F9;LIBRAIRIE;91098765000017;1 rue Haute;99000;VILLE;{OTHER_IBAN}",
    ),
    "credit": ("budget;exercice;section;chapitre;disponible", "COMMUNE;2026;F;011;1 000"),
}


@pytest.mark.parametrize("register", RIGHT)
def test_a_rehearsal_does_not_wait_for_those_who_write(copy: Office, csv: Path, register: str) -> None:
    csv.write_text("\n".join(RIGHT[register]), encoding="utf-8")
    with copy.opened() as app, app.ledger.transaction():
        answer = copy(register, "importer", str(csv), "--essai")
    assert answer.code == 0
    assert answer.out.endswith("Essai : rien n'est écrit.\n")


@pytest.mark.parametrize("register", RIGHT)
def test_registers_are_brought_in_by_those_who_may(copy: Office, csv: Path, register: str) -> None:
    csv.write_text("\n".join(RIGHT[register]), encoding="utf-8")
    copy.become("viseur")
    head = copy.head()
    for rehearsed in ((), ("--essai",)):
        answer = copy(register, "importer", str(csv), *rehearsed)
        assert (answer.code, answer.out) == (3, "")
        assert "agent ou service" in answer.err
    assert copy.head() == head


@pytest.mark.parametrize("register", RIGHT)
def test_a_new_office_takes_its_registers_in_any_order(new_office: Office, csv: Path, register: str) -> None:
    csv.write_text("\n".join(RIGHT[register]), encoding="utf-8")
    answer = new_office(register, "importer", str(csv))
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.endswith(f"importé {ONE_NEW}.\n")


@pytest.mark.parametrize("register", ["engagement", "tiers"])
def test_a_register_of_the_demonstration_comes_again_without_a_change(copy: Office, register: str) -> None:
    file = Path(__file__).parents[2] / "fixtures" / "demo" / f"{register.removesuffix('s')}s.csv"
    rows = len(file.read_text(encoding="utf-8").splitlines()) - 1
    answer = copy(register, "importer", str(file))
    assert answer.code == 0
    assert answer.out.endswith(f"(0 ajouté, 0 modifié, {rows} inchangés, 0 refusé).\n")


WRONG = [
    ((), 2, "Il manque l'argument FICHIER.csv"),
    (("a.csv", "b.csv"), 2, "Argument en trop : b.csv"),
    (("a.csv", "--essai=oui"), 2, "L'option --essai s'écrit seule"),
    (("absent.csv",), 4, "absent.csv est illisible : fichier ou dossier absent"),
    ((".",), 4, "c'est un dossier, pas un fichier"),
    (("/dev/zero",), 4, "zero : le fichier dépasse 50 Mo"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG)
@pytest.mark.parametrize("register", RIGHT)
def test_a_wrong_argument_is_refused_in_french(
    office: Office, register: str, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = office(register, "importer", *words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    plain(answer.err)


@pytest.mark.parametrize("register", RIGHT)
def test_the_help_gives_the_titles_to_export(office: Office, register: str) -> None:
    said = office.alone(register, "importer", "--help").out
    assert [title for title in RIGHT[register][0].split(";") if title not in said] == []


@pytest.mark.parametrize(("knows", "mandated"), [("false", 7000), ("true", 0)])
def test_what_our_mandats_took_is_kept_unless_the_export_counts_it(
    copy: Office, csv: Path, knows: str, mandated: int
) -> None:
    copy.change(r"\[pes\]", f"[logiciel_financier]\nconnait_nos_mandats = {knows}\n\n[pes]")
    with closing(copy.base()) as base, base:
        base.execute("UPDATE engagement SET mandated = 7000 WHERE number = 'BC26-00077'")
    csv.write_text(f"{TITLES};reste\nCOMMUNE;BC26-00077;Rentrée;F00231;900,00;60632;430,00\n", encoding="utf-8")
    assert copy("engagement", "importer", str(csv)).code == 0
    with closing(copy.base()) as base:
        query = "SELECT \"left\", mandated FROM engagement WHERE number = 'BC26-00077'"
        assert base.execute(query).fetchall() == [(43000, mandated)]
