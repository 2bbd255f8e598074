"""`xsd` and `pes`: flows judged, shown, taken apart and compared at the keyboard."""

import json
import shutil
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.domain.mandat.flux import Flux
from official import OFFICIAL, needs_official

SAMPLES = OFFICIAL / "samples" / "pes"
SET = OFFICIAL / "xsd" / "pes" / "v5.17"


@pytest.fixture
def flow(office: Office, tmp_path: Path) -> Path:
    """Return a signed flow of the demonstration."""
    with office.opened() as app:
        with app.ledger.reading() as books:
            signed = next(one.signed for one in books.find(Flux) if one.signed)
        with app.documents.open(signed) as source:
            (tmp_path / "flux.xml").write_bytes(source.read())
    return tmp_path / "flux.xml"


def test_a_flow_is_shown_as_a_person_reads_it(office: Office, flow: Path) -> None:
    answer = office("pes", "voir", str(flow))
    assert answer.code == 0, answer.err
    assert "Bordereau ordinaire n° " in answer.out
    assert "mandat ordinaire, fonctionnement" in answer.out
    assert "virement, compte FR76…" in answer.out
    assert "bordereau signé sur 1" in answer.out
    plain(answer.out.replace(flow.name, ""))
    told = json.loads(office("pes", "voir", str(flow), "--json").out)
    assert told["flux"]["bordereaux"][0]["mandats"]
    assert told["extraites"] == []


def test_documents_are_taken_out_into_a_new_folder_only(office: Office, flow: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pieces"
    answer = office("pes", "voir", str(flow), "--extraire", str(folder))
    assert answer.code == 0, answer.err
    assert {path.suffix for path in folder.iterdir()} == {".pdf"}
    again = office("pes", "voir", str(flow), "--extraire", str(folder))
    assert again.code == 4
    assert "n'est pas vide" in again.err


def test_two_flows_are_compared_in_words(office: Office, flow: Path) -> None:
    assert office("pes", "comparer", str(flow), str(flow)).code == 0
    other = flow.with_name("autre.xml")
    other.write_bytes(flow.read_bytes().replace(b'ModRegl V="03"', b'ModRegl V="10"', 1))
    answer = office("pes", "comparer", str(flow), str(other))
    assert answer.code == 1
    assert "« virement » devient « prélèvement »" in answer.out
    assert json.loads(office("pes", "comparer", str(flow), str(other), "--json").out)["identiques"] is False


def test_a_flow_is_judged_with_the_remedy(office: Office, flow: Path) -> None:
    good = office("xsd", "verifier", str(flow))
    assert (good.code, good.err) == (0, "")
    assert "rien ne s'y oppose. Sa signature se vérifie à part" in good.out
    flow.write_bytes(flow.read_bytes().replace(b'ModRegl V="03"', b'ModRegl V="01"', 1))
    bad = office("xsd", "verifier", str(flow))
    assert bad.code == 1
    assert "PES-COMPTE · Mandat n° " in bad.out
    assert "à faire : Retirez le compte" in bad.out
    assert "où : PES_Aller/PES_DepenseAller/Bordereau" in bad.out
    plain(bad.out.replace(flow.name, ""))
    (told, *_) = json.loads(office("xsd", "verifier", str(flow), "--json").out)["problemes"]
    assert (told["code"], bool(told["mandat"]), bool(told["supplier"])) == ("PES-COMPTE", True, True)


def test_what_is_no_flow_is_told(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text("rien", encoding="utf-8")
    assert office("xsd", "verifier", str(path)).code == 1
    assert office("pes", "voir", str(path)).code == 4
    for absent, words in ((tmp_path / "absent.xml", "n'existe pas"), (tmp_path, "est un dossier")):
        answer = office("pes", "voir", str(absent))
        assert answer.code == 2
        assert words in answer.err


@needs_official
def test_official_schemas_are_installed_and_judge_from_then_on(new_office: Office, tmp_path: Path) -> None:
    before = new_office("config", "verifier", "--hors-ligne")
    assert "ceux de dematfin seulement ; installez les officiels (dematfin xsd installer ARCHIVE)" in before.out
    assert "Aucun jeu officiel" in new_office("xsd", "version").out
    archive = shutil.make_archive(str(tmp_path / "dgfip"), "zip", SET)
    done = new_office("xsd", "installer", archive)
    assert done.code == 0, done.err
    assert "Version v5.17, installée le " in new_office("xsd", "version").out
    after = new_office("config", "verifier", "--hors-ligne")
    assert "et les officiels (version v5.17 du " in after.out
    # what our own schema does not know is judged by the official set only
    text = (SAMPLES / "minimal_own.xml").read_bytes().replace(b"<PES_PJ>", b"<PES_Facture/><PES_PJ>", 1)
    (tmp_path / "autre.xml").write_bytes(text)
    judged = new_office("xsd", "verifier", str(tmp_path / "autre.xml"))
    assert judged.code == 1
    assert "(schéma officiel)" in judged.out


def test_a_named_folder_is_filled_before_anything_looks_into_it(new_office: Office, tmp_path: Path) -> None:
    new_office.change(r"\[pes\]", '[pes]\nschemas_officiels = "schemas"')
    (tmp_path / "x.zip").write_bytes(b"rien")
    answer = new_office("xsd", "installer", str(tmp_path / "x.zip"))
    assert answer.code == 4
    assert "x.zip" in answer.err


def test_only_an_administrator_installs(copy: Office, tmp_path: Path) -> None:
    copy.become("lecteur")
    (tmp_path / "x.zip").write_bytes(b"rien")
    answer = copy("xsd", "installer", str(tmp_path / "x.zip"))
    assert answer.code == 3
    assert "il faut le rôle administrateur" in answer.err
