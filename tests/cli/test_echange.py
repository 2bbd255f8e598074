"""`echange`: real folders, the real base, and what a person reads of it."""

import csv
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState

SECTION = """
[echange]
depot_pes = "finances/export"
factures = "finances/factures"
journal = "finances/journal"
retours = "finances/retours"
encodage = "cp1252"
colonnes = { numero = "N° pièce", ttc = "Montant TTC", fichier = "Image" }
"""
VISAED = "F2026-000016"


@pytest.fixture
def shared(copy: Office) -> Path:
    """Return the folders that the office shares with the finance software of the commune; one invoice is visaed."""
    folder = copy.folder / "finances"
    for name in ("export", "factures", "journal", "retours"):
        (folder / name / ".dematfin" / "remises").mkdir(parents=True)  # other folders than those that have served
    text = re.sub(r"(?ms)^\[echange[.\]].*?(?=^\[|\Z)", "", copy.config.read_text(encoding="utf-8"))
    text = re.sub(r"(?m)^mandats = .*\n", "", text)
    text = text.replace('code = "COMMUNE"\n', 'code = "COMMUNE"\nmandats = "editeur"\n')
    copy.config.write_text(text + SECTION, encoding="utf-8")
    with copy.opened() as app, app.ledger.transaction() as books:
        books.save(replace(books.get(Invoice, VISAED), state=InvoiceState.SERVICE_FAIT))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


def test_all_that_waits_is_handed_over_once_and_shown(copy: Office, shared: Path) -> None:
    (shared / "export" / "bd.doc").write_bytes(b"x")
    assert "✓ dossiers d'échange : export, factures, journal, retours" in copy("config", "verifier", "--hors-ligne").out
    assert "choses au logiciel financier" in copy("journee", "--essai").out
    before = copy("echange", "liste")
    known = {one["id"] for one in json.loads(copy("echange", "liste", "--json").out)["remis"]}
    assert f"À remettre : facture {VISAED}" in before.out
    assert "« bd.doc » n'est pas pris" in before.out

    done = copy("echange", "faire")
    assert (done.code, done.err) == (0, "")
    invoices = files(shared / "factures")
    (sheet,) = (name for name in invoices if name.endswith(".csv"))
    titles, row = csv.reader(invoices[sheet].decode("cp1252").splitlines(), delimiter=";")
    assert titles == ["N° pièce", "Montant TTC", "Image"]
    assert invoices[row[2]].startswith(b"%PDF-")
    back = files(shared / "retours")
    assert back
    assert all(b"21990042000015" in data or b"PES_ACQUIT" in data for data in back.values())

    again = copy("echange", "faire")
    assert "rien à faire" in again.out
    listed = copy("echange", "liste", "--json")
    shown = json.loads(listed.out)
    new = [one for one in shown["remis"] if one["id"] not in known]
    assert {name for one in new for name in one["names"]} == {*invoices, *back}
    assert ({one["state"] for one in new}, shown["en_attente"]) == ({"DONE"}, [])
    receipt = copy("echange", "recu", VISAED)
    assert row[2] in receipt.out
    assert "SHA-256" in receipt.out
    absent = copy("echange", "absente", VISAED)
    assert f"Facture {VISAED} : absente du logiciel financier, elle partira à la prochaine remise" in absent.out
    for answer in (before, done, again, copy("echange", "liste"), receipt, absent):
        plain(answer.said)


def test_without_folders_each_command_says_what_is_missing(copy: Office, shared: Path) -> None:
    shutil.rmtree(shared / "factures")
    checked = copy("config", "verifier", "--hors-ligne")
    assert "✗ dossiers d'échange : Le dossier d'échange" in checked.out
    failed = copy("echange", "faire")
    assert failed.code == 1
    assert "ne peut pas servir : fichier ou dossier absent" in failed.out
    text = copy.config.read_text(encoding="utf-8").replace(SECTION, "")
    copy.config.write_text(text, encoding="utf-8")
    for words in (["liste"], ["faire"]):
        answer = copy("echange", *words)
        assert "pas de section [echange]" in answer.said
        plain(answer.said)
    unknown = copy("echange", "recu", "F2026-000099")
    assert unknown.code == 3
    plain(unknown.said)
