"""Commands that call neighbours: what they say when these answer, and when nobody does."""

import subprocess
import sys

import pytest

from cli.office import Office, plain

DOWN = {
    "importer": (5, "PISTE ne répond pas (connexion refusée)"),
    "suivi": (1, "S²LOW ne répond pas (connexion refusée)"),
    "journee": (1, "PISTE ne répond pas (connexion refusée)"),
}


@pytest.mark.parametrize("typed", DOWN)
def test_a_neighbour_down_is_named_and_nothing_is_lost(cut_off: Office, typed: str) -> None:
    code, words = DOWN[typed]
    answer = cut_off(typed)
    assert answer.code == code
    assert words in answer.said
    assert "Relancez plus tard : rien n'est perdu" in answer.said


def test_a_decision_stands_when_chorus_cannot_be_told(cut_off: Office) -> None:
    answer = cut_off("visa", "viser", "F2026-000016", "--service-fait", "20/11/2026")
    assert answer.code == 0
    assert "Facture F2026-000016 : service fait le 20/11/2026." in answer.out
    assert "visa annuler F2026-000016" in answer.out
    assert "F2026-000016" not in cut_off("visa", "liste").out
    plain(answer.said)


def test_a_transmission_that_cannot_start_leaves_the_flow_signed(cut_off: Office) -> None:
    assert cut_off("bordereau", "signer", "--oui").code == 0
    answer = cut_off("bordereau", "transmettre")
    assert answer.code == 1
    assert "PESALR1_21990042000015_2026_000044_000003" in answer.said
    assert "signé" in cut_off("bordereau", "liste").out


def typed_apart(office: Office, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Type a command in a process of its own, as people do."""
    command = [sys.executable, "-m", "dematfin", *words, "-c", str(office.config)]
    known = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "80", "PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        env=known | environment,
    )


@pytest.mark.usefixtures("neighbours")
def test_a_day_from_the_visa_to_the_payment_by_the_commands_alone(copy: Office) -> None:
    for words, said in (
        (("visa", "refuser", "F2026-000016", "--motif", "PRIX_NON_CONFORME", "--commentaire", "Trop cher."), "refusé"),
        (("bordereau", "signer", "--oui"), "signé par Jeanne TEST-MAIRE"),
        (("bordereau", "transmettre"), "● transmission : PESALR1_21990042000015_2026_000044_000003"),
        (("journee",), "● suivi"),
    ):
        answer = typed_apart(copy, *words)
        assert answer.returncode == 0, answer.stdout + answer.stderr
        assert said in answer.stdout
        plain(answer.stdout)
    for _ in range(10):
        if "F2026-000018" in copy("facture", "liste", "--etat", "payée").out:
            return
        assert typed_apart(copy, "suivi").returncode == 0
    pytest.fail("the mandat of F2026-000018 is never paid")


def test_a_terminal_without_our_signs_loses_them_and_not_the_command(office: Office) -> None:
    answer = typed_apart(office, "config", "verifier", "--hors-ligne", PYTHONIOENCODING="ascii")
    assert answer.returncode == 0, answer.stderr
    assert "? fichier de configuration : Commune de Valbrume" in answer.stdout


def test_a_reader_that_leaves_early_is_no_accident(office: Office) -> None:
    line = f"{sys.executable} -m dematfin facture liste --json -c {office.config} | head -c 1"
    piped = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert piped.stdout == "["
    assert piped.stderr == ""
