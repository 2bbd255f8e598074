"""`facture preuve`: bundles of the demonstration's invoices, verified far from here."""

import ast
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from auditor import ROOT, names, refusals, verified
from bundles import KINDS
from cli.office import Office, plain


@pytest.mark.parametrize("key", KINDS)
def test_each_kind_of_invoice_has_a_bundle_that_verifies_itself_far_from_here(bundles: Path, key: str) -> None:
    bundle = bundles / key
    held = names(bundle)
    assert any(name.startswith(KINDS[key]) for name in held), held
    done = verified(bundle)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    unproven = done.stdout.count("\nNON PROUVÉ ")
    assert done.stdout.endswith(f"Rien n'est refusé ; NON PROUVÉ : {unproven}, à lire un par un.\n")
    assert ("aucun flux ne porte cette facture" in done.stdout) == (not any(name.startswith("flux/") for name in held))
    assert names(bundle) == held, "what verifies leaves nothing behind"
    plain((bundle / "LISEZ-MOI.txt").read_text("utf-8").partition("COMMENT VÉRIFIER")[0])


def test_what_is_verified_is_said_line_by_line(bundles: Path) -> None:
    said = verified(bundles / "F2026-000007").stdout
    for words in (
        "OK         manifeste : ",
        "OK         journal : ",
        "OK         visa/fiche-de-visa-1.pdf : c'est le fichier nommé (évènement ",
        "OK         reponses/acquit-",
        "OK         reponses/retour-",
        "OK         facture/",
        "la signature désigne l'élément qui la porte",
        "la signature est celle du titulaire du certificat, qui la date du ",
        "délivré par les autorités jointes",
        "bordereau n° 18 de 2026, mandat n° 204 : 310.44 €",
        "est le fichier facture/",
        "sans ses signatures, à l'octet près",
        "NON PROUVÉ la révocation d'un certificat",
        "NON PROUVÉ que cet extrait est dans le journal de la commune",
    ):
        assert words in said, words
    assert said.count("mandat n° 204 : 310.44 €") == 2, "in the flow that was refused, and in the one that paid"


def test_the_readme_tells_the_story_and_whether_it_is_over(bundles: Path) -> None:
    paid, waiting = ((bundles / key / "LISEZ-MOI.txt").read_text("utf-8") for key in ("F2026-000001", "F2026-000016"))
    assert "Situation ce jour-là : Payé le " in paid
    assert "Elle n'est pas à son terme" not in paid
    assert "Elle n'est pas à son terme : ce dossier dit ce qui était connu à cette date." in waiting
    assert "Aucun mandat ne la paie" in waiting
    assert "reçue de Chorus Pro (Claire Agent)" in paid
    assert re.search(r"la fin du journal de la commune \(évènements 1 à \d+\) a été vérifiée : elle tient\.", paid)
    assert "signé par" not in waiting


def test_only_what_is_of_the_invoice_is_there(bundles: Path) -> None:
    paper = [json.loads(line) for line in (bundles / "F2026-000039" / "journal.jsonl").read_text("utf-8").splitlines()]
    told = {(said["subject"], said["subject_id"]) for said in (json.loads(one["contenu"]) for one in paper)}
    assert {key for subject, key in told if subject == "facture"} == {"F2026-000039"}
    assert {key for subject, key in told if subject == "mandat"} == {"M2026-000011"}
    assert ("lot", "L2026-000001") in told
    scanned = names(bundles / "F2026-000039")
    assert not any("scan0001" in name for name in scanned), "the file of the copier holds another invoice"


def test_the_command_writes_it_and_the_journal_knows_what_was_taken_away(copy: Office, tmp_path: Path) -> None:
    target = tmp_path / "preuve"
    done = copy("facture", "preuve", "9100107", str(target))
    assert done.code == 0, done.err
    plain(done.said)
    seal = hashlib.sha256((target / "manifeste.json").read_bytes()).hexdigest()
    assert seal in done.out
    assert verified(target).stdout.count(seal) == 1
    assert (
        f"dossier de preuve fait par Dominique Essai, manifeste {seal}" in copy("facture", "voir", "F2026-000007").out
    )
    assert target.stat().st_mode & 0o77 == 0, "it holds accounts and names"
    head = json.loads((target / "manifeste.json").read_bytes())["journal"]["empreinte"]
    assert f"L'empreinte {head} est bien dans cette chaîne" in copy("journal", "verifier", "--empreinte", head).out
    again = copy("facture", "preuve", "F2026-000007", str(target))
    assert (again.code, "existe déjà" in again.err) == (4, True)
    assert copy("facture", "preuve", "F2026-000007", str(tmp_path / "second")).code == 0
    assert refusals(tmp_path / "second") == [], "the line of the first bundle is in the second one"


def test_a_head_of_service_takes_nothing_away(copy: Office, tmp_path: Path) -> None:
    copy.become("viseur")
    head = copy.head()
    done = copy("facture", "preuve", "F2026-000007", str(tmp_path / "preuve"))
    assert (done.code, list(tmp_path.glob("*preuve*"))) == (3, [])
    assert "voir les factures et les chiffres de tous les services" in done.err
    assert copy.head() == head


def test_a_document_that_is_lost_leaves_no_bundle_and_no_line(copy: Office, tmp_path: Path) -> None:
    for path in (copy.folder / "var" / "documents").rglob("*"):
        if path.is_file() and path.read_bytes().startswith(b"%PDF"):
            path.unlink()
    head = copy.head()
    done = copy("facture", "preuve", "F2026-000001", str(tmp_path / "preuve"))
    assert (done.code, list(tmp_path.glob("*preuve*")), list(tmp_path.glob(".preuve*"))) == (4, [], [])
    assert "n'est plus dans" in done.err
    assert copy.head() == head


def test_another_copy_of_the_program_verifies_a_bundle_too_and_says_what_it_lacks(bundle: Path) -> None:
    mine = [sys.executable, "-I", "-S", str(ROOT / "verifier.py"), str(bundle)]
    done = subprocess.run(mine, capture_output=True, encoding="utf-8", check=True, env={}, timeout=60)
    assert "\nRien n'est refusé ; " in done.stdout
    lacking = verified(bundle, path="/nulle/part")
    assert (lacking.returncode, "le programme openssl n'est pas sur cette machine" in lacking.stdout) == (1, True)


def test_a_bundle_is_named_by_a_relative_folder_too(bundle: Path) -> None:
    for words in (["preuve/verifier.py", "preuve"], ["preuve/verifier.py"]):
        command = [sys.executable, "-I", "-S", *words]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", cwd=bundle.parent, check=False)
        assert done.returncode == 0, done.stdout


def test_the_program_is_short_and_for_any_python_of_an_auditor() -> None:
    for path in ROOT.rglob("*.py"):
        text = path.read_text("utf-8")
        ast.parse(text, feature_version=(3, 9))
        assert len(text.splitlines()) <= 250
        assert "dematfin" not in re.findall(r"^(?:import|from) (\w+)", text, re.MULTILINE)


def test_the_head_that_is_told_is_one_that_the_command_knows(bundle: Path, office: Office) -> None:
    head = json.loads((bundle / "manifeste.json").read_text("utf-8"))["journal"]["empreinte"]
    assert verified(bundle).stdout.count(f"dematfin journal verifier --empreinte {head}\n") == 1
    assert office("journal", "verifier", "--rapide", "--empreinte", head).code == 0
