"""`pieces …`, `mandat rubrique`, `tiers sous-traitant …`, `tiers affacturage …`, as an agent types them."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.domain.mandat.mandat import Mandat, MandatState
from dematfin.domain.parties.tiers import Tiers
from dematfin.steps.justify import lacking


def prepared(office: Office, marche: str = "2027-01") -> str:
    """Set a mandat of the demonstration back among those that wait, on a marché that begins."""
    with office.opened() as app, app.ledger.transaction() as books:
        mandat = books.find(Mandat)[0]
        books.save(replace(mandat, state=MandatState.PREPARED, bordereau="", number=0, marche=marche))
    return mandat.id


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    file = tmp_path / "contrat.pdf"
    file.write_bytes(b"%PDF-1.7 contrat")
    return file


def test_what_is_missing_is_listed_with_the_command_that_mends_it(copy: Office, proof: Path) -> None:
    key = prepared(copy)
    listed = copy("pieces", "manquantes")
    assert listed.code == 1
    assert f"✗ Mandat {key}" in listed.out
    assert "pieces joindre --marche 2027-01 FICHIER --nature contrat" in listed.out
    given = copy("pieces", "joindre", "--marche", "2027-01", str(proof), "--nature", "contrat")
    assert (given.code, given.err) == (0, "")
    piece = re.search(r"Pièce (\w+) jointe", given.out)
    assert piece
    after = copy("pieces", "manquantes")
    assert f"✗ Mandat {key}" not in after.out, after.out
    assert "! Mandat" in after.out
    copy.widen(200)
    assert "contrat.pdf" in copy("pieces", "liste", key).out
    assert json.loads(copy("pieces", "liste", key, "--json").out)[-1]["kind"] == "CONTRAT"
    assert "retirée" in copy("pieces", "retirer", piece[1]).out
    assert copy("pieces", "manquantes").code == 1
    plain(listed.said + given.said + after.said)


def test_a_document_has_one_subject(copy: Office, proof: Path) -> None:
    for words in ((str(proof),), ("M1", str(proof), "--marche", "2027-01"), ("M1", "F1", str(proof))):
        answer = copy("pieces", "joindre", *words, "--nature", "rib")
        assert (answer.code, answer.out) == (2, "")
        plain(answer.said)
    answer = copy("pieces", "joindre", "M2026-000001", str(proof.with_name("absent.pdf")), "--nature", "rib")
    assert "illisible" in answer.err


def test_the_ordonnateur_chooses_the_sub_heading(copy: Office) -> None:
    key = prepared(copy, "")
    chosen = copy("mandat", "rubrique", key, "4132", "--cas", "solde")
    assert (chosen.code, chosen.err) == (0, "")
    assert "retenue de garantie rendue" in chosen.out
    with copy.opened() as app, app.ledger.reading() as books:
        assert "PJ-RETENUE" in {one.code for one in lacking(app, books)}
    plain(chosen.said)


def references(office: Office) -> list[str]:
    with office.opened() as app, app.ledger.reading() as books:
        return [one.id for one in books.find(Tiers)]


def test_a_subcontractor_is_written_down_listed_and_taken_out(copy: Office, proof: Path) -> None:
    holder, other, *_ = references(copy)
    words = ("--marche", "2027-01", "--titulaire", holder, "--tiers", other, "--document", str(proof))
    added = copy("tiers", "sous-traitant", "ajouter", *words, "--plafond", "1 500,50", "--autoliquidation")
    assert (added.code, added.err) == (0, "")
    copy.widen(160)
    listed = copy("tiers", "sous-traitant", "liste")
    assert "1 500,50" in listed.out
    assert "autoliquidation" in listed.out
    key = json.loads(copy("tiers", "sous-traitant", "liste", "--json").out)[0]["id"]
    gone = copy("tiers", "sous-traitant", "retirer", key, "--motif", "chantier terminé")
    assert (gone.code, gone.err) == (0, "")
    assert json.loads(copy("tiers", "sous-traitant", "liste", "--json").out)[0]["ended_on"]
    plain(added.said + listed.said + gone.said)


def test_a_factor_takes_two_people(copy: Office, proof: Path) -> None:
    supplier, factor, *_ = references(copy)
    words = ("--fournisseur", supplier, "--factor", factor, "--notifiee", "05/01/2026", "--document", str(proof))
    added = copy("tiers", "affacturage", "ajouter", *words, "--rappel", "M. Lac, numéro du contrat")
    assert (added.code, added.err) == (0, "")
    assert "une autre personne doit rappeler" in added.out
    key = re.search(r"C\d{4}-\d{4}", added.out)
    assert key
    again = copy("tiers", "affacturage", "valider", key[0], "--rappel", "encore moi")
    assert again.code == 3
    assert "Vous avez déjà confirmé" in again.err
    copy.widen(160)
    listed = copy("tiers", "affacturage", "liste")
    assert "seulement" in listed.out
    gone = copy("tiers", "affacturage", "retirer", key[0], "--motif", "mainlevée")
    assert (gone.code, gone.err) == (0, "")
    plain(added.said + again.said + listed.said + gone.said)


def test_when_nothing_is_missing_it_is_said_in_a_sentence(copy: Office) -> None:
    answer = copy("pieces", "manquantes")
    assert (answer.code, answer.out) == (0, "Aucune pièce ne manque aux mandats préparés.\n")
