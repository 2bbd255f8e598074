"""`echange`: real folders, the real base, and what a person reads of it."""

import csv
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState

VISAED = "F2026-000025"
"""Of the CCAS, whose finance software makes the mandats: held in the demonstration, visaed here."""


@pytest.fixture
def shared(copy: Office) -> Path:
    """Return the folders that the office shares with the finance software of the CCAS; one more invoice is visaed."""
    copy.change(r'(?m)^retours = "echange/retours"$', 'retours = "echange/retours"\\njournal = "echange/journal"')
    (copy.folder / "echange" / "journal").mkdir()
    with copy.opened() as app, app.ledger.transaction() as books:
        books.save(replace(books.get(Invoice, VISAED), state=InvoiceState.SERVICE_FAIT, findings=()))
    return copy.folder / "echange"


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


def test_all_that_waits_is_handed_over_once_and_shown(copy: Office, shared: Path) -> None:
    (shared / "exports" / "bd.doc").write_bytes(b"x")
    already = {name: files(shared / name) for name in ("factures", "retours")}
    assert "✓ dossiers d'échange : export, factures, journal, retours" in copy("config", "verifier", "--hors-ligne").out
    assert "choses au logiciel financier" in copy("journee", "--essai").out
    before = copy("echange", "liste")
    assert f"À remettre : facture {VISAED}" in before.out
    assert "« bd.doc » n'est pas pris" in before.out

    done = copy("echange", "faire")
    assert (done.code, done.err) == (0, "")
    invoices = {key: data for key, data in files(shared / "factures").items() if key not in already["factures"]}
    (sheet,) = (name for name in invoices if name.endswith(".csv"))
    titles, row = csv.reader(invoices[sheet].decode("cp1252").splitlines(), delimiter=";")
    assert titles == [
        "SIRET_TIERS",
        "NUM_PIECE",
        "MONTANT_TTC",
        "NOM_PDF",
        "LIBELLE",
        "NUM_ENGAGEMENT",
        "NUM_MARCHE",
        "DATE_ARRIVEE",
    ]
    assert invoices[row[3]].startswith(b"%PDF-")
    assert len(invoices) == 2
    assert files(shared / "journal").keys() == {f"journal_COMMUNE-2026-{number}.csv" for number in (42, 43, 44)}
    assert files(shared / "retours") == already["retours"], "what was forwarded is not forwarded again"

    again = copy("echange", "faire")
    assert "rien à faire" in again.out
    listed = copy("echange", "liste", "--json")
    shown = json.loads(listed.out)
    assert {name for one in shown["remis"] for name in one["names"]} == {
        *files(shared / "factures"),
        *already["retours"],
        *files(shared / "journal"),
    }
    assert {one["state"] for one in shown["remis"]} == {"DONE"}
    assert shown["en_attente"] == []
    receipt = copy("echange", "recu", VISAED)
    assert row[3] in receipt.out
    assert "SHA-256" in receipt.out
    absent = copy("echange", "absente", VISAED)
    assert f"Facture {VISAED} : absente du logiciel financier, elle partira à la prochaine remise" in absent.out
    for answer in (before, done, again, copy("echange", "liste"), receipt, absent):
        plain(answer.said)


def test_without_folders_each_command_says_what_is_missing(copy: Office, shared: Path) -> None:
    shutil.rmtree(shared / "factures")
    checked = copy("config", "verifier", "--hors-ligne")
    assert "✗ dossiers d'échange : Le dossier" in checked.out
    failed = copy("echange", "faire")
    assert failed.code == 1
    assert "ne peut pas servir : fichier ou dossier absent" in failed.out
    copy.change(r"(?ms)^\[echange\].*?(?=^\[web\])", "")
    for words in (["liste"], ["faire"]):
        answer = copy("echange", *words)
        assert "pas de section [echange]" in answer.said
        plain(answer.said)
    unknown = copy("echange", "recu", "F2026-000099")
    assert unknown.code == 3
    plain(unknown.said)
