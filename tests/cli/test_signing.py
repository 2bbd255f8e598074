"""`bordereau signer`: the order to pay is given by a person, on a list, with a whole yes."""

import json
from html import unescape
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.demo.folder import DemoFolder
from dematfin.demo.summary import leave
from examples import ADMIN

WAITING = "COMMUNE-2026-44"


def state(office: Office) -> str:
    """Return what the screen says of the bordereau that waits."""
    line = next(line for line in office("bordereau", "liste").out.splitlines() if WAITING in line)
    return line.split("€")[-1].strip()


@pytest.mark.parametrize("typed", ["non\n", "\n", "y\n", "yes\n", "ok\n", "oui mais\n", "1\n", "o\n"])
def test_anything_but_a_whole_yes_signs_nothing(office: Office, typed: str) -> None:
    head = office.head()
    answer = office("bordereau", "signer", typed=typed)
    assert answer.code == 0
    assert f"Le bordereau {WAITING} n'est pas signé." in answer.out
    assert office.head() == head
    assert state(office) == "construit, à signer"


def test_nobody_at_the_keyboard_is_a_refusal(office: Office) -> None:
    head = office.head()
    answer = office("bordereau", "signer", typed="")
    assert answer.code == 3
    assert "Personne n'a confirmé" in answer.err
    assert office.head() == head
    plain(answer.err)


def test_the_question_comes_after_the_list_and_names_the_total(office: Office) -> None:
    shown = office("bordereau", "signer", typed="non\n").out
    assert shown.index(WAITING) < shown.index("M2026-000017") < shown.index("ordonner de payer 283,50 €")
    plain(shown)


@pytest.mark.parametrize("typed", ["oui\n", "OUI\n", " Oui \n"])
def test_a_yes_signs_once(copy: Office, typed: str) -> None:
    signed = copy("bordereau", "signer", typed=typed)
    assert signed.code == 0
    assert f"{WAITING} : signé par Jeanne TEST-MAIRE, le " in signed.out
    assert state(copy) == "signé"
    again = copy("bordereau", "signer", typed=typed)
    assert again.out.startswith("Aucun bordereau n'attend de signature")


def test_a_confirmation_may_be_given_beforehand(copy: Office) -> None:
    assert "signé par" in copy("bordereau", "signer", "--oui").out


def certify_and_prepare(office: Office) -> str:
    """Certify an invoice and prepare its bordereau, as whoever runs the tests; return what follows at signature."""
    assert office("visa", "viser", "F2026-000017", "--service-fait", "20/11/2026").code == 0
    assert "COMMUNE-2026-45" in office("bordereau", "preparer").out
    return office("bordereau", "signer", "--oui").said


def test_who_certified_does_not_mandate(cut_off: Office) -> None:
    assert cut_off("visa", "viser", "F2026-000017", "--service-fait", "20/11/2026").code == 0
    prepared = cut_off("bordereau", "preparer")
    assert prepared.code == 1
    assert "Dominique Essai a visé F2026-000017 : une autre personne doit la mandater" in prepared.out
    plain(prepared.said)


def test_in_a_small_commune_the_exception_is_written_in_the_journal(cut_off: Office) -> None:
    cut_off.change("petite_commune = false", "petite_commune = true")
    assert certify_and_prepare(cut_off).count(": signé par") == 2
    story = json.loads(cut_off("facture", "voir", "F2026-000017", "--json").out)
    signed = [one["event"]["motif"] for one in story["events"] if "signé par" in one["event"]["motif"]]
    assert len(signed) == 1
    assert (
        "exception « petite commune » : Dominique Essai a visé F2026-000017 et préparé COMMUNE-2026-45, et a signé"
        in signed[0]
    )


def test_in_a_small_commune_every_report_shows_the_exceptions(cut_off: Office, tmp_path: Path) -> None:
    cut_off.change("petite_commune = false", "petite_commune = true")
    page = tmp_path / "rapport.html"
    assert "Petite commune : aucune dérogation" in cut_off("etat").out
    assert cut_off("rapport", "--sortie", str(page)).code == 0
    assert "Petite commune : aucune dérogation" in page.read_text(encoding="utf-8")
    certify_and_prepare(cut_off)
    exceptions = json.loads(cut_off("etat", "--json").out)["waivers"]
    mandat = next(one["subject_id"] for one in exceptions if one["subject"] == "mandat")
    assert {one["what"] for one in exceptions} == {
        f"Dominique Essai a visé F2026-000017, et a fait le mandat {mandat}",
        "Dominique Essai a visé F2026-000017 et préparé COMMUNE-2026-45, et a signé COMMUNE-2026-45",
    }
    assert cut_off("rapport", "--sortie", str(page)).code == 0
    reports = (
        cut_off("etat").out,
        cut_off("facture", "voir", "F2026-000017").out,
        unescape(page.read_text(encoding="utf-8")),
    )
    for report in reports:
        assert "petite commune »" in report
        assert "aucune dérogation" not in report
        assert all(one["what"] in report for one in exceptions)
    with cut_off.opened() as app:
        leave(app, ADMIN, DemoFolder(root=cut_off.folder))
    summary = json.loads((cut_off.folder / "resume.json").read_text(encoding="utf-8"))
    assert [one["fait"] for one in summary["derogations"]] == [one["what"] for one in exceptions]


def test_elsewhere_reports_say_nothing_of_it(office: Office) -> None:
    assert "dérogation" not in office("etat").out.lower()
