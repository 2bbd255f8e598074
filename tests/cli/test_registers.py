"""Importing CSV registers: what agents really export, and what is wrong with each row."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from cli.office import Office, plain

CREATED = "1 créé, 0 modifié, 0 sans changement"
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
    "bars": (TITLES.replace(";", "|") + "\nCOMMUNE|T1|Été à l'école|F00231|1\u202f234,50|6064\n").encode(),
    "utf-16, big end first": b"\xfe\xff" + f"{TITLES}\r\n{ROW.format('T1')}\r\n".encode("utf-16-be"),
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
    ("COMMUNE;T2;x;F00231;dix;6064", "montant « dix » illisible : écrivez par exemple 1234,50"),
    ("COMMUNE;T2;x;F00231;-10;6064", "montant « -10 » : un engagement n'est pas négatif"),
    ("COMMUNE;T2;=x;F00231;10;6064", "la colonne libelle contient une formule de tableur « =x »"),
    ('COMMUNE;T2;"x;F00231;10;6064', "un guillemet est mal placé ou n'est pas refermé"),
    ("COMMUNE;T2;x\0;F00231;10;6064", "un caractère est illisible, le fichier est abîmé à cet endroit"),
    ("COMMUNE;T2;x;F00231;10;6064;7", "7 cellules pour 6 titres"),
    ("COMMUNE;T2;;F00231;10;6064", "colonne vide : libelle"),
    ("COMMUNE;T2;x;F00231", "4 cellules pour 6 titres"),
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
    assert (answer.code, answer.out, answer.err) == (0, f"1 engagement importé : {CREATED}.\n", "")
    assert engagement(copy, "T1") == ("Été à l'école", 123450)


@pytest.mark.parametrize("data", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("register", ["engagement", "tiers"])
def test_a_file_of_another_form_is_refused_whole(office: Office, csv: Path, register: str, data: bytes) -> None:
    csv.write_bytes(data)
    head = office.head()
    answer = office(register, "importer", str(csv))
    assert answer.code == 4
    assert re.search("il manque la colonne|un caractère est illisible", answer.err)
    assert office.head() == head
    plain(answer.err.replace(csv.name, ""))


@pytest.mark.parametrize(("row", "words"), ROWS)
def test_a_wrong_row_is_left_out_by_its_line_and_the_others_are_taken(
    copy: Office, csv: Path, row: str, words: str
) -> None:
    csv.write_text("\n".join([TITLES, ROW.format("T1"), row, ROW.format("T3")]) + "\n", encoding="utf-8")
    answer = copy("engagement", "importer", str(csv))
    assert answer.code == 1
    assert answer.out == ("2 engagements importés : 2 créés, 0 modifié, 0 sans changement ; 1 ligne refusée.\n")
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
    assert (answer.code, answer.out) == (1, f"1 tiers importé : {CREATED} ; 3 lignes refusées.\n")
    for line, word in ((3, "SIRET invalide"), (4, "IBAN invalide"), (5, "code postal « 990 »")):
        assert f"ligne {line} : {word}" in answer.err
    assert "0009876543" not in answer.err


NEW_IBAN = "FR7619999000170098765432764"
PAPETERIE = "F00231;PAPETERIE DU LAC;91098765000017;12 avenue du Port;99000;ESSAIVILLE;{};TESTFRPP;50;03"
TIERS = "reference;nom;identifiant;adresse;code_postal;ville;iban;bic;categorie;nature_juridique"
CREDITS = "budget;exercice;section;chapitre;disponible"


def ledger(office: Office) -> list[str]:
    with closing(office.base()) as base:
        return list(base.iterdump())


def export(folder: Path, *lines: str) -> str:
    file = folder / "export.csv"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(file)


REHEARSED = {
    "engagement": ([TITLES, ROW.format("T1"), ROW.format("T2").replace("6064", "x")], "1 engagement"),
    "tiers": ([TIERS, PAPETERIE.format(NEW_IBAN).replace("F00231", "F9"), "x"], "1 tiers"),
    "credit": ([CREDITS, "COMMUNE;2026;F;011;1 000", "COMMUNE;2026;F;012;mille"], "1 crédit"),
}


@pytest.mark.parametrize("register", REHEARSED)
def test_a_rehearsal_says_everything_and_writes_nothing(copy: Office, tmp_path: Path, register: str) -> None:
    lines, taken = REHEARSED[register]
    file, before = export(tmp_path, *lines), ledger(copy)
    answer = copy(register, "importer", file, "--essai")
    assert (answer.code, ledger(copy)) == (1, before)
    assert answer.out.startswith(
        f"Essai, rien n'est écrit : {taken} à importer, 1 à créer, 0 à modifier, 0 sans changement ; 1 ligne refusée.\n"
    )
    assert "export.csv, ligne 3 : " in answer.err
    plain(answer.said.replace("FICHIER", ""))
    done = copy(register, "importer", file)
    assert done.out.startswith(f"{taken} importé : {CREATED} ; 1 ligne refusée.\n")
    assert ledger(copy) != before


@pytest.mark.parametrize("register", REHEARSED)
def test_a_rehearsal_does_not_wait_for_those_who_write(copy: Office, tmp_path: Path, register: str) -> None:
    with closing(copy.base()) as base:
        base.execute("BEGIN IMMEDIATE")
        assert copy(register, "importer", export(tmp_path, *REHEARSED[register][0][:2]), "--essai").code == 0


def test_the_same_register_again_changes_nothing(copy: Office) -> None:
    fixtures = Path(__file__).parents[2] / "fixtures" / "demo"
    for register, total in (("engagement", "12 engagements"), ("tiers", "8 tiers")):
        answer = copy(register, "importer", str(fixtures / f"{register.removesuffix('s')}s.csv"), "--essai")
        count = total.split()[0]
        assert answer.out.endswith(f"{total} à importer, 0 à créer, 0 à modifier, {count} sans changement.\n")
        assert answer.code == 0


def test_a_new_office_takes_its_registers_in_the_order_it_likes(new_office: Office, tmp_path: Path) -> None:
    assert new_office("credit", "importer", export(tmp_path, CREDITS, "COMMUNE;2026;F;011;1 000")).code == 0
    answer = new_office("tiers", "importer", export(tmp_path, TIERS, PAPETERIE.format(NEW_IBAN)))
    assert (answer.code, answer.out, answer.err) == (0, f"1 tiers importé : {CREATED}.\n", "")
    answer = new_office("engagement", "importer", export(tmp_path, TITLES, ROW.format("T1")))
    assert (answer.code, answer.out) == (0, f"1 engagement importé : {CREATED}.\n")
    assert "Aucun" in new_office("tiers", "iban", "liste").out


def test_a_changed_iban_is_told_masked_and_waits_in_the_list(copy: Office, tmp_path: Path) -> None:
    answer = copy("tiers", "importer", export(tmp_path, TIERS, PAPETERIE.format(NEW_IBAN)))
    assert answer.code == 0
    assert "! IBAN changé pour PAPETERIE DU LAC (FR76…2764) : à valider par deux personnes" in answer.out
    listed = copy("tiers", "iban", "liste")
    assert "FR76…2764" in listed.out
    assert NEW_IBAN not in answer.said + listed.said


def test_titles_are_declared_in_the_configuration(copy: Office, tmp_path: Path) -> None:
    copy.change(
        r"\[pes\]",
        '[logiciel_financier]\ncolonnes_credits = { disponible = "Crédits dispo.", exercice = "AN" }\n\n[pes]',
    )
    file = export(tmp_path, "Budget;An;Section;Chapitre;CREDITS DISPO.", "COMMUNE;2026;F;011;1.234,50 €")
    assert copy("credit", "importer", file).code == 0
    with closing(copy.base()) as base:
        assert base.execute("SELECT id, available FROM credit").fetchall() == [("21990042000015:2026:F:011", 123450)]
    wrong = copy("credit", "importer", export(tmp_path, CREDITS))
    assert wrong.code == 4
    assert "il manque la colonne AN, Crédits dispo." in wrong.err
    plain(wrong.err)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (
            'colonnes_tiers = { rib = "RIB" }',
            "logiciel_financier.colonnes_tiers : la colonne « rib » n'existe pas ; au choix",
        ),
        ('colonnes_tiers = { iban = "" }', "logiciel_financier.colonnes_tiers : donnez à « iban » le titre"),
        ("colonnes_tiers = { iban = 3 }", "logiciel_financier.colonnes_tiers.iban : texte attendu"),
        ('colonnes_factures = { iban = "RIB" }', "logiciel_financier.colonnes_factures : clé inconnue"),
        ('connait_nos_mandats = "peut-être"', "logiciel_financier.connait_nos_mandats : true ou false attendu"),
    ],
)
def test_a_declaration_that_means_nothing_is_refused(copy: Office, written: str, words: str) -> None:
    copy.change(r"\[pes\]", f"[logiciel_financier]\n{written}\n\n[pes]")
    for typed in (("config", "verifier"), ("tiers", "importer", "x.csv")):
        answer = copy(*typed)
        assert answer.code == 2
        assert words in answer.said
        plain(answer.said)


@pytest.mark.parametrize(("known", "mandated"), [("false", 7000), ("true", 0)])
def test_what_our_mandats_took_is_kept_unless_the_export_counts_it(
    copy: Office, tmp_path: Path, known: str, mandated: int
) -> None:
    copy.change(r"\[pes\]", f"[logiciel_financier]\nconnait_nos_mandats = {known}\n\n[pes]")
    with closing(copy.base()) as base, base:
        base.execute("UPDATE engagement SET mandated = 7000 WHERE number = 'BC26-00077'")
    file = export(tmp_path, f"{TITLES};reste", "COMMUNE;BC26-00077;Rentrée;F00231;900,00;60632;430,00")
    assert copy("engagement", "importer", file).code == 0
    with closing(copy.base()) as base:
        query = "SELECT \"left\", mandated FROM engagement WHERE number = 'BC26-00077'"
        assert base.execute(query).fetchall() == [(43000, mandated)]


WRONG = [
    ((), 2, "Il manque l'argument FICHIER.csv"),
    (("a.csv", "b.csv"), 2, "Argument en trop : b.csv"),
    (("a.csv", "--essai=oui"), 2, "L'option --essai s'écrit seule"),
    (("absent.csv",), 4, "absent.csv est illisible : fichier ou dossier absent"),
    ((".",), 4, "c'est un dossier, pas un fichier"),
]


@pytest.mark.parametrize(("words", "code", "said"), WRONG)
@pytest.mark.parametrize("register", REHEARSED)
def test_a_wrong_argument_is_refused_in_french(
    office: Office, register: str, words: tuple[str, ...], code: int, said: str
) -> None:
    answer = office(register, "importer", *words)
    assert (answer.code, answer.out) == (code, "")
    assert said in answer.err
    plain(answer.err)


@pytest.mark.parametrize("register", REHEARSED)
def test_registers_are_brought_in_by_agents_only(copy: Office, tmp_path: Path, register: str) -> None:
    copy.become("viseur")
    before = copy.head()
    for rehearse in ((), ("--essai",)):
        answer = copy(register, "importer", export(tmp_path, *REHEARSED[register][0]), *rehearse)
        assert (answer.code, answer.out) == (3, "")
        assert "agent ou service" in answer.err
    assert copy.head() == before


@pytest.mark.parametrize("register", REHEARSED)
def test_the_help_gives_the_titles_to_export(office: Office, register: str) -> None:
    said = " ".join(office.alone(register, "importer", "--help").out.split())
    for title in REHEARSED[register][0][0].split(";")[:7]:
        assert title in said
