"""Paper, typed: sheets printed, a folder treated, a doubt decided, an invoice entered; wrong words refused."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from cli.office import Office, plain
from dematfin.cli import diagnosis
from dematfin.domain.paper.sheet import Mark, parse
from dematfin.sandbox.copier import Settings, Side, printed, scan
from scanning.hostile import FILES
from scanning.stacks import Truth, invoice, sheet, stack

USAGE, RULE, DOCUMENT = 2, 3, 4


@pytest.fixture(scope="module")
def truth() -> Truth:
    return stack(51, Settings(dpi=100, duplex=True), invoices=3)


@pytest.fixture
def folder(tmp_path: Path, truth: Truth) -> Path:
    made = tmp_path / "cle"
    made.mkdir()
    (made / "scan.pdf").write_bytes(truth.pdf)
    return made


def treated(office: Office, folder: Path, *words: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(office("numerisation", "traiter", str(folder), "--json", *words).out)
    return loaded


def read(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image)]


def test_sheets_are_printed_with_numbers_that_never_repeat(copy: Office, tmp_path: Path) -> None:
    serials: list[int] = []
    for order, name in enumerate(("SCOLAIRE", "batiments")):
        target = tmp_path / f"{order}.pdf"
        answer = copy("feuilles", "--service", name, "-n", "3", "-o", str(target))
        assert answer.code == 0, answer.err
        plain(answer.said)
        for page in printed(target.read_bytes(), 100):
            texts = read(page)
            assert len(texts) >= 3
            (found,) = {parse(text) for text in texts}
            assert found is not None
            assert found.route == ("SCOLAIRE" if not order else "BATIM")
            serials.append(found.serial)
        with pikepdf.open(target) as pdf:  # vector: nothing on a sheet is an image
            assert not [page for page in pdf.pages if list(page.get_images())]
    assert len(set(serials)) == 6


def test_the_other_sheets(copy: Office, tmp_path: Path) -> None:
    target = tmp_path / "feuille.pdf"
    for words, mark, route in (
        (("--service", "VOIRIE", "--annexe"), Mark.ANNEX, "VOIRIE"),
        (("--fin-de-lot", "12"), Mark.END, "12"),
    ):
        assert copy("feuilles", *words, "-n", "1", "-o", str(target)).code == 0
        found = parse(read(printed(target.read_bytes(), 100)[0])[0])
        assert found is not None
        assert (found.mark, found.route) == (mark, route)


def test_a_folder_gives_one_pdf_an_invoice_and_a_manifest(copy: Office, folder: Path, truth: Truth) -> None:
    manifest = treated(copy, folder)
    assert [tuple(one["pages"]) for one in manifest["documents"]] == list(truth.documents)
    assert [(one["route"], one["serie"]) for one in manifest["documents"]] == [
        ("SCOLAIRE", f"{serial:06d}") for serial in (1, 2, 3)
    ]
    assert [page["page"] for page in manifest["pages"]] == list(range(1, truth.pages + 1))
    verdicts = Counter(page["verdict"] for page in manifest["pages"])
    content = sum(map(len, truth.documents))
    assert verdicts == {"separator": 3, "separator_back": 3, "content": content}
    for one in manifest["documents"]:
        mine = [page for page in manifest["pages"] if page["document"] == one["fichier"]]
        assert [page["page"] for page in mine] == one["pages"]
        with pikepdf.open(one["fichier"]) as pdf:
            assert len(pdf.pages) == len(one["pages"])
    assert all(len(page["sha256"]) == 64 for page in manifest["pages"])
    assert (folder / "scan.pdf").read_bytes() == truth.pdf


def test_the_same_folder_again_gives_the_same_manifest(copy: Office, folder: Path) -> None:
    first = treated(copy, folder)
    head = copy.head()
    assert treated(copy, folder) == first
    with copy.opened() as app:
        assert app.ledger.verify_journal().intact
    assert copy.head() == head


def test_bad_files_are_told_and_the_others_go_on(copy: Office, folder: Path) -> None:
    names = {"vide": "empty", "texte": "text", "cle": "password", "coupe": "cut in the middle"}
    for name, kind in names.items():
        (folder / f"{name}.pdf").write_bytes(FILES[kind][0]())
    (folder / "a\nb.pdf").write_bytes(b"bonjour")
    (folder / "note.docx").write_bytes(b"PK")
    answer = copy("numerisation", "traiter", str(folder), "--json")
    manifest = json.loads(answer.out)
    assert answer.code == 1
    reasons = {one["source"]: one["raison"] for one in manifest["lots"] if one["raison"]}
    assert reasons == {
        "vide.pdf": "empty",
        "texte.pdf": "not_pdf",
        "a?b.pdf": "not_pdf",
        "cle.pdf": "encrypted",
        "coupe.pdf": "damaged",
    }
    assert len(manifest["documents"]) == 3
    assert any("note.docx" in note for note in manifest["notes"])
    alerts = copy("etat").out
    assert alerts.count("en quarantaine") == 5
    shown = copy("numerisation", "traiter", str(folder))
    assert shown.code == 1
    plain(shown.said)


def test_a_doubt_is_decided_with_the_pages_beside(copy: Office, tmp_path: Path) -> None:
    folder = tmp_path / "lot"
    folder.mkdir()
    (folder / "scan.pdf").write_bytes(scan([Side(recto=invoice(0.1)), Side(recto=invoice(0.2))], Settings(dpi=100)))
    assert treated(copy, folder)["documents"] == []
    images = tmp_path / "images"
    shown = copy("numerisation", "a-verifier", "--vignettes", str(images))
    assert "Aucune feuille de séparation" in shown.out
    plain(shown.said)
    (lot,) = images.iterdir()
    assert [path.name for path in sorted(lot.iterdir())] == ["page-0001.jpg", "page-0002.jpg"]
    with Image.open(lot / "page-0001.jpg") as image:
        assert image.width < image.height
    cut = copy("numerisation", "decouper", lot.name, "--debuts", "2")
    assert cut.out.count("à saisir") == 2
    plain(cut.said)
    assert [one["pages"] for one in treated(copy, folder)["documents"]] == [[1], [2]]
    assert "n'attend" in copy("numerisation", "a-verifier").out


def test_files_of_one_invoice_need_no_sheet(copy: Office, tmp_path: Path) -> None:
    folder = tmp_path / "courriel"
    folder.mkdir()
    (folder / "facture.pdf").write_bytes(scan([Side(recto=sheet(1)), Side(recto=invoice(0.2))], Settings(dpi=100)))
    manifest = treated(copy, folder, "--sans-feuilles")
    assert [one["pages"] for one in manifest["documents"]] == [[1, 2]]


def test_the_watched_folders_are_collected(copy: Office, truth: Truth) -> None:
    copier, mail = copy.folder / "papier" / "copieur", copy.folder / "papier" / "courriel"
    (copier / "scan.pdf").write_bytes(truth.pdf)
    (mail / "facture-a-saisir.pdf").unlink()  # what the demonstration leaves
    (mail / "Dupont").mkdir()
    for name in ("facture.pdf", "bon.pdf"):
        (mail / "Dupont" / name).write_bytes(scan([Side(recto=invoice(len(name) / 20))], Settings(dpi=100)))
    done = copy("numerisation", "relever")
    assert done.code == 0, done.err
    plain(done.said)
    listed = json.loads(copy("numerisation", "saisir", "--liste", "--json").out)
    assert [len(one["pages"]) for one in listed] == [*map(len, truth.documents), 1]
    assert [len(one["annexes"]) for one in listed] == [0, 0, 0, 1]
    assert not list(copier.glob("*.pdf"))
    assert not list(mail.glob("*/*.pdf"))


def entered(office: Office, document: str, *words: str, typed: str = "") -> Any:
    return office("numerisation", "saisir", document, *words, typed=typed)


def test_an_invoice_is_typed_line_after_line(copy: Office, folder: Path) -> None:
    document = treated(copy, folder)["documents"][0]["id"]
    answers = ["31/02/2026", "f", "papeterie", "", "P-9", "01/11/2026", "50", "dix", "10", "", "", "BC26-00077"]
    refused = entered(copy, document, typed="\n".join(answers) + "\n")
    assert (refused.code, "date illisible" in refused.err) == (USAGE, True)
    done = entered(copy, document, typed="\n".join(["02/11/2026", *answers[1:]]) + "\n")
    assert done.code == 0, done.err
    assert "montant illisible" in done.err  # « dix » is asked for again
    assert "Facture P-9 de PAPETERIE DU LAC, du 01/11/2026 : 60,00 € TTC (50,00 € HT + 10,00 € de TVA)" in done.out
    plain(done.said)
    shown = copy("facture", "chercher", "P-9", "--json")
    (found,) = json.loads(shown.out)
    told = copy("facture", "voir", found["invoice"]["id"])
    assert "papier, arrivée le 02/11/2026" in told.out


def test_an_invoice_is_typed_by_options_and_never_guessed(copy: Office, folder: Path) -> None:
    document = treated(copy, folder)["documents"][1]["id"]
    said = ["--numero", "P-10", "--date", "01/11/2026", "--ht", "50", "--tva", "10", "--engagement", "BC26-00077"]
    for known, lacking in (([], "--arrivee"), (["--arrivee", "02/11/2026"], "--fournisseur")):
        refused = entered(copy, document, *said, *known)
        assert (refused.code, lacking in refused.err) == (USAGE, True)
    done = entered(copy, document, *said, "--fournisseur", "papeterie")
    assert done.code == 0, done.err
    again = entered(copy, document, *said, "--fournisseur", "papeterie")
    assert (again.code, "--motif" in again.err) == (RULE, True)
    mended = entered(copy, document, *said[:-2], "--fournisseur", "papeterie", "--motif", "sans engagement")
    assert (mended.code, "à corriger" in mended.out) == (0, True)


def test_a_supplier_is_reminded_by_letter(copy: Office, folder: Path, tmp_path: Path) -> None:
    document = treated(copy, folder)["documents"][0]["id"]
    said = ["--numero", "P-11", "--date", "01/11/2026", "--ht", "50", "--tva", "10", "--fournisseur", "papeterie"]
    assert entered(copy, document, *said, "--arrivee", "02/11/2026").code == 0
    (found,) = json.loads(copy("facture", "chercher", "P-11", "--json").out)
    key, target = found["invoice"]["id"], tmp_path / "rappel.pdf"
    done = copy("facture", "rappel", key, "--lettre", str(target))
    assert (done.code, target.read_bytes()[:5]) == (0, b"%PDF-")
    refused = copy("facture", "rappel", "F2026-000001")
    assert (refused.code, "Chorus Pro" in refused.err) == (RULE, True)
    copy.patch.chdir(tmp_path)
    back = copy("facture", "recycler", key, "--motif", "Indiquez l'engagement.")
    assert "courrier" in back.out
    assert "informer" not in back.out
    assert (tmp_path / f"lettre-{key}.pdf").is_file()


@pytest.mark.parametrize(
    ("typed", "code", "words"),
    [
        ("feuilles", USAGE, "--service"),
        ("feuilles --service LUNE", RULE, "Routes configurées"),
        ("feuilles --service SCOLAIRE -n 0", RULE, "De 1 à 500"),
        ("numerisation traiter /nulle/part", DOCUMENT, "illisible"),
        ("numerisation publier L2026-000099 --motif x", RULE, "n'existe pas"),
        ("numerisation publier D2026-000099 --motif x", RULE, "n'existe pas"),
        ("numerisation decouper L2026-000001", RULE, "où couper"),
        ("numerisation decouper L2026-000001 --debuts a", USAGE, "numéro de page"),
        ("numerisation decouper L2026-000001 --debuts 999", RULE, "n'a pas de page"),
        ("numerisation dater L2026-000001", USAGE, "--le"),
        ("numerisation dater L2026-000001 --le 01/01/2020", RULE, "motif"),
        ("numerisation reprendre L2026-000001 --motif x", RULE, "ne peut pas devenir"),
        ("numerisation ecarter D2026-000001 --motif x", RULE, "ne peut pas devenir"),
        ("numerisation saisir D2026-000001", RULE, "--motif"),
        ("numerisation saisir D2026-000099", RULE, "n'existe pas"),
        ("numerisation original L2026-000099", RULE, "n'existe pas"),
    ],
)
def test_wrong_words_are_refused_and_change_nothing(office: Office, typed: str, code: int, words: str) -> None:
    head = office.head()
    answer = office(*typed.split())
    assert (answer.code, words in answer.err) == (code, True), answer.err
    plain(answer.said)
    assert office.head() == head


def test_sheets_that_cannot_be_written_are_told(copy: Office) -> None:
    answer = copy("feuilles", "--service", "SCOLAIRE", "-n", "1", "-o", "/nulle/part.pdf")
    assert (answer.code, "ne s'écrivent pas" in answer.err) == (USAGE, True)


def test_who_may_not_is_refused(copy: Office, folder: Path) -> None:
    copy.become("viseur")
    for typed in (f"numerisation traiter {folder}", "numerisation relever", "feuilles --service SCOLAIRE"):
        assert copy(*typed.split()).code == RULE


def test_the_original_comes_back_as_it_came(copy: Office, folder: Path, truth: Truth, tmp_path: Path) -> None:
    lot = treated(copy, folder)["lots"][0]["lot"]
    target = tmp_path / "original.pdf"
    assert copy("numerisation", "original", lot, "-o", str(target)).code == 0
    assert target.read_bytes() == truth.pdf


def test_a_lost_reader_and_a_lost_folder_are_diagnosed(copy: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diagnosis, "has_zbar", lambda: False)
    assert "installez libzbar0" in copy("config", "verifier", "--hors-ligne").out
    (copy.folder / "papier" / "copieur").rename(copy.folder / "ailleurs")
    refused = copy("config", "verifier", "--hors-ligne")
    assert (refused.code, "n'est pas là" in refused.out) == (USAGE, True)
    gone = copy("numerisation", "relever")
    assert (gone.code, "partage réseau" in gone.out) == (1, True)
