"""`rapport` for a period: files in every form, named after the town and the period, whole or not at all."""

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from cli.office import Office
from dematfin.domain.report.period import month_of
from examples import COMMUNE


@pytest.fixture
def this_month(office: Office) -> str:
    """Return the month of the demonstration."""
    with office.opened() as app:
        return month_of(app.clock.today()).key


def test_a_month_in_every_form(office: Office, tmp_path: Path, this_month: str) -> None:
    folder = tmp_path / "chiffres" / "mairie"
    answer = office("rapport", "--mois", this_month, "--format", "HTML, xlsx,csv,json,html", "--vers", str(folder))
    assert (answer.code, answer.err) == (0, "")
    stem = f"dematfin-{COMMUNE}-{this_month}"
    made = sorted(path.name.removeprefix(stem) for path in folder.iterdir())
    assert made == ["-csv", ".html", ".json", ".xlsx"]
    assert answer.out.count("Écrit : ") == 4
    assert "provisoire : chiffres arrêtés au " in answer.out
    assert "Ces chiffres changeront encore" in answer.out
    assert "<!doctype html>" in (folder / f"{stem}.html").read_text(encoding="utf-8")
    assert json.loads((folder / f"{stem}.json").read_bytes())["period"]["key"] == this_month
    assert load_workbook(folder / f"{stem}.xlsx").sheetnames[0] == "Sommaire"
    assert (folder / f"{stem}-csv" / "sommaire.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    assert list(folder.glob(".*")) == []


def test_a_period_that_is_over_is_closed_and_gives_the_same_bytes(office: Office, tmp_path: Path) -> None:
    said = []
    for folder in (tmp_path / "1", tmp_path / "2"):
        answer = office("rapport", "--annee", "2020", "--format", "html,xlsx,json", "--vers", str(folder))
        assert answer.code == 0
        assert "année 2020, année close : chiffres arrêtés au 31/12/2020 à 24 h 00." in answer.out
        assert "changeront" not in answer.out
        said.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert said[0] == said[1]
    assert len(said[0]) == 3


def test_a_quarter_as_a_page_when_nothing_is_said_of_the_form(office: Office, tmp_path: Path) -> None:
    assert office("rapport", "--trimestre", "2020-t4", "--vers", str(tmp_path)).code == 0
    assert [path.name for path in tmp_path.iterdir()] == [f"dematfin-{COMMUNE}-2020-T4.html"]


def test_a_budget_or_a_service_has_files_of_its_own(office: Office, tmp_path: Path) -> None:
    for scope in ("--budget ccas", "--budget CCAS --service social", "--service VOIRIE"):
        assert office("rapport", "--mois", "2020-10", *scope.split(), "--vers", str(tmp_path)).code == 0
    stems = ("CCAS", "CCAS-SOCIAL", "VOIRIE")
    assert {path.name for path in tmp_path.iterdir()} == {f"dematfin-{COMMUNE}-{one}-2020-10.html" for one in stems}
    page = (tmp_path / f"dematfin-{COMMUNE}-VOIRIE-2020-10.html").read_text(encoding="utf-8")
    assert "service VOIRIE" in page


@pytest.mark.parametrize(
    ("typed", "code", "said"),
    [
        ("--mois 2026-13", 3, "« 2026-13 » n'est pas une période : écrivez un mois (2026-10)"),
        ("--mois octobre", 3, "« octobre » n'est pas une période"),
        ("--mois ../../etc", 3, "« ../../etc » n'est pas une période"),
        ("--mois 2020-T4", 2, "--mois : « 2020-T4 » n'est pas de cette sorte ; écrivez --trimestre 2020-T4."),
        ("--annee 2020-10", 2, "écrivez --mois 2020-10."),
        ("--mois 2020-10 --annee 2020", 2, "--annee : une seule période à la fois"),
        ("--mois 2099-01", 3, "janvier 2099 n'a pas commencé : rien n'y est compté. Demandez 20"),
        (
            "--mois 2020-10 --format pdf",
            2,
            "--format : « pdf » n'est pas un format ; au choix : html, xlsx, csv,",
        ),
        ("--mois 2020-10 --format ,", 2, "« , » n'est pas un format"),
        ("--mois 2020-10 --sortie x.html", 2, "--sortie : les chiffres d'une période vont dans un dossier"),
        ("--format xlsx", 2, "--format : choisissez aussi une période"),
        ("--mois 2020-10 --budget EAU", 3, "Aucun budget ne s'appelle « EAU ». Budgets configurés : COMMUNE"),
        (
            "--mois 2020-10 --service ../../ST",
            3,
            "Aucun service ne s'appelle « ../../ST ». Services connus : BATIMENTS",
        ),
        ("--budget CCAS", 2, "--budget : choisissez aussi une période"),
        ("--vers ici", 2, "--vers : choisissez aussi une période"),
    ],
)
def test_what_is_typed_wrong_is_said_and_nothing_is_written(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = office("rapport", *typed.split())
    assert answer.code == code
    assert said in answer.err.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(office: Office, tmp_path: Path) -> None:
    taken = tmp_path / "fichier"
    taken.write_text("", encoding="utf-8")
    for form in ("html", "csv"):
        answer = office("rapport", "--mois", "2020-10", "--format", form, "--vers", str(taken))
        assert answer.code == 4
        assert "ne peut pas être écrit : " in answer.err
        assert "Choisissez un autre dossier (--vers)" in answer.err


def test_a_file_that_was_there_stays_when_the_new_one_does_not_come(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / f"dematfin-{COMMUNE}-2020-10.html"
    target.write_text("avant", encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(28, "full")

    monkeypatch.setattr("dematfin.support.files.os.fsync", full)
    answer = office("rapport", "--mois", "2020-10", "--vers", str(tmp_path))
    assert answer.code == 4
    assert "le disque est plein" in answer.err
    assert target.read_text(encoding="utf-8") == "avant"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_whoever_may_not_see_every_service_is_told_which_role_it_takes(copy: Office, tmp_path: Path) -> None:
    copy.become("viseur")
    answer = copy("rapport", "--mois", "2020-10", "--vers", str(tmp_path / "ici"))
    assert (answer.code, answer.out) == (3, "")
    assert "ne peut pas voir les factures et les chiffres de tous les services" in answer.err
    assert not (tmp_path / "ici").exists()
