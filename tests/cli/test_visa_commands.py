"""The commands of heads of service, typed one after the other as on a working day."""

import json
from pathlib import Path

import pytest

from cli.office import Office, plain
from reports.words import words

MINE = "F2026-000016"
OTHER = "F2026-000017"


def said(office: Office, *words: str, code: int = 0) -> str:
    """Type a command and return what it says, in words that an agent may be shown."""
    answer = office(*words)
    assert answer.code == code, answer.said
    plain(answer.said.replace("SERVICE_NON_FAIT", ""))
    return answer.said


def test_a_visa_is_looked_at_given_in_part_and_taken_back(cut_off: Office, tmp_path: Path) -> None:
    note = tmp_path / "bon de livraison.pdf"
    note.write_bytes(b"%PDF-1.4 bon")
    assert "Étape 1 : BATIMENTS, attendue, avant le" in said(cut_off, "visa", "voir", MINE)
    assert "« bon de livraison.pdf » joint" in said(cut_off, "visa", "joindre", MINE, str(note))
    part = ("--montant-admis", "12,50", "--commentaire", "Il manque un carton.")
    given = said(cut_off, "visa", "viser", MINE, "--service-fait", "20/11/2026", *part)
    assert "service fait le 20/11/2026, 12,50 € admis" in given
    seen = said(cut_off, "visa", "voir", MINE)
    assert "Dominique Essai : visa, Il manque un carton." in seen
    assert "Joint par Dominique Essai : bon de livraison.pdf" in seen
    assert "votre décision est reprise" in said(cut_off, "visa", "annuler", MINE)
    assert MINE in said(cut_off, "visa", "liste", "--service", "BATIMENTS")
    assert "n'est pas la vôtre" in said(cut_off, "visa", "annuler", MINE, code=3)


def test_a_batch_tells_each_result(cut_off: Office) -> None:
    told = said(cut_off, "visa", "lot", MINE, OTHER, "F2026-000001", "--service-fait", "20/11/2026", code=1)
    assert f"✓ Facture {MINE} : visée." in told
    assert "✗ La facture F2026-000001 n'est pas en attente de visa" in told
    assert "Visées : 2. En échec : 1." in told


def test_a_folder_changes_hands(cut_off: Office) -> None:
    moved = said(cut_off, "visa", "transferer", MINE, "VOIRIE", "--motif", "C'est la voirie.")
    assert "elle est maintenant devant VOIRIE" in moved
    assert "n'a personne" in said(cut_off, "visa", "transferer", MINE, "LUNE", "--motif", "Ailleurs.", code=3)
    assert "dernière étape" in said(cut_off, "visa", "passer", MINE, "--motif", "Urgent.", code=3)
    assert said(cut_off, "visa", "liste", "--en-retard") == "Aucune facture n'attend votre visa.\n"


def test_an_absence_is_declared_listed_and_ended(cut_off: Office) -> None:
    days = ("--du", "01/01/2099", "--au", "15/01/2099", "--motif", "Congés d'hiver.")
    assert "Délégation D00001 : paul remplace vous" in said(cut_off, "visa", "deleguer", "paul", *days)
    assert json.loads(cut_off("visa", "absences", "--json").out)[0]["substitute"] == "paul"
    assert "D00001" in said(cut_off, "visa", "absences")
    assert "remplaceraient" in said(cut_off, "visa", "deleguer", "vous", "--absent", "paul", *days, code=3)
    assert "D00001 : finie" in said(cut_off, "visa", "retour", "D00001")
    assert said(cut_off, "visa", "absences") == "Aucune absence déclarée.\n"


def test_circuits_are_listed_and_checked(cut_off: Office) -> None:
    assert "le service de la facture" in said(cut_off, "circuit", "liste")
    cut_off.change(
        r"\n\[controles\]",
        '\n[[visa.circuits]]\ncle = "travaux"\n[[visa.circuits.etapes]]\nbureaux = ["@service"]\n'
        '[[visa.circuits.etapes]]\nbureaux = ["DST", "DGS"]\nregle = "tous"\n'
        '[[visa.regles]]\ncircuit = "travaux"\nmontant_min = "5000"\n\n[controles]',
    )
    assert "pas encore servi" in said(cut_off, "circuit", "liste")
    assert "Le bureau DGS du circuit travaux n'a personne" in said(cut_off, "circuit", "verifier", code=1)
    cut_off.change('circuit = "travaux"', 'circuit = "traveaux"')
    assert "aucun circuit ne s'appelle « traveaux »" in said(cut_off, "circuit", "liste", code=2)


def test_a_slip_is_written_where_one_wants_it(office: Office, tmp_path: Path) -> None:
    kept, draft = tmp_path / "fiche.pdf", tmp_path / "brouillon.pdf"
    assert said(office, "visa", "fiche", "F2026-000001", "--sortie", str(kept)) == f"Fiche de visa : {kept}\n"
    assert "Service fait certifié" in words(kept.read_bytes())
    assert f"Fiche provisoire : {draft}" in said(office, "visa", "fiche", MINE, "--sortie", str(draft))
    assert "PROVISOIRE" in words(draft.read_bytes())
    nowhere = str(tmp_path / "absent" / "fiche.pdf")
    refused = office("visa", "fiche", MINE, "--sortie", nowhere)
    assert refused.code != 0
    assert f"La fiche de visa de la facture {MINE} ne s'écrit pas dans {nowhere}" in refused.err
    assert "n'existe pas" in office("visa", "fiche", "F2026-999999").err


@pytest.mark.usefixtures("neighbours")
def test_reminders_are_rehearsed_then_sent_once(copy: Office) -> None:
    assert said(copy, "visa", "relancer", "--essai") == "Rien à faire.\n"  # everybody was told when they arrived
    said(copy, "visa", "transferer", MINE, "SOCIAL", "--motif", "C'est le social.")
    shown = said(copy, "visa", "relancer", "--essai")
    assert "À Sophie Social <sophie.social@valbrume.example> : Visas : 1 facture à viser\n" in shown
    assert f"  {MINE}, bureau SOCIAL\n" in shown
    assert said(copy, "visa", "relancer") == "● rappels : Sophie Social, Dominique Essai\n"
    assert said(copy, "visa", "relancer") == "● rappels : rien à faire\n"


def test_a_mail_server_that_is_down_is_told(cut_off: Office) -> None:
    said(cut_off, "visa", "transferer", MINE, "SOCIAL", "--motif", "C'est le social.")
    told = said(cut_off, "visa", "relancer", code=1)
    assert "Le serveur de courriel 127.0.0.1 ne répond pas (connexion refusée)" in told
    assert "Courriels remis au prochain passage, faute de serveur : 1." in told
    assert MINE in said(cut_off, "visa", "liste", "--service", "SOCIAL")
