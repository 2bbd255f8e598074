"""Eliminations and hand-overs, as they are typed."""

import json
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.acts import eliminations
from dematfin.cli import archive_folder
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.retention.transfer import Transfer
from examples import AGENT, invoice
from fakes.hall import Killed

OLD = "F2012-000001"


def settle(copy: Office) -> None:
    """Give the town an invoice of 2012 that was refused, with a PDF."""
    with copy.opened() as app, app.ledger.transaction() as books:
        base = invoice("N-2012", key=OLD)
        day = date(2012, 3, 1)
        file = replace(base.content.attachments[0], document=app.documents.put(b"%PDF-1.7 de 2012"))
        content = replace(base.content, attachments=(file,), issued_on=day)
        books.save(
            AGENT,
            replace(
                base, content=content, state=InvoiceState.REFUSED, notified_on=day, issued_on=day, remote_id="912012"
            ),
        )


def test_a_list_is_made_visaed_executed_and_told(copy: Office, tmp_path: Path) -> None:
    settle(copy)
    copy.become("directeur")
    with copy.opened() as app:
        made = eliminations.prepare(app, AGENT)
        today = f"{app.clock.today():%d/%m/%Y}"
    assert "préparée, attend son visa" in copy("elimination", "liste").out
    written = copy("elimination", "bordereau", made.id, "--vers", str(tmp_path))
    assert written.code == 0, written.err
    assert OLD in (tmp_path / f"{made.id}.csv").read_text(encoding="utf-8-sig")
    assert made.listed.sha256 in (tmp_path / f"{made.id}.html").read_text(encoding="utf-8")
    held = copy("elimination", "suspendre", OLD, "--motif", "contentieux en cours")
    assert held.code == 0, held.err
    assert "contentieux en cours" in copy("elimination", "liste").out
    assert "levée" in copy("elimination", "lever", OLD, "--motif", "jugement rendu").out
    done = copy("elimination", "executer", made.id, "--visa", "AD99-7", "--date", today)
    assert done.code == 0, done.err
    assert "1 document" in done.out
    assert "sauvegardes" in done.out
    told = copy("facture", "voir", OLD)
    assert "Documents éliminés le" in told.out
    assert "visa AD99-7" in told.out
    assert copy("facture", "chercher", OLD).code == 0
    read = copy("journal", "verifier", "--documents")
    assert (read.code, "éliminés sous visa AD99-7 : 1." in read.out) == (0, True), read.err
    assert json.loads(copy("journal", "verifier", "--documents", "--json").out)["documents_elimines"] == {"AD99-7": 1}
    plain(written.out + done.out + held.out)


def test_the_rules_say_what_is_verified(office: Office) -> None:
    told = office("elimination", "regles")
    assert "10 ans" in told.out
    assert "à vérifier" in told.out
    assert json.loads(office("elimination", "regles", "--json").out)["factures"] == {"dua": 10, "sort": "D"}


def test_a_year_is_handed_over_checked_by_sha256sum_and_the_same_again(
    copy: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settle(copy)
    copy.become("agent")
    target = tmp_path / "versement"

    def dies(*_: object) -> str:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr(archive_folder, "_copy", dies)
        with pytest.raises(Killed):
            copy("versement", "ecrire", str(target), "--exercice", "2012")
    assert not target.exists()
    first = copy("versement", "ecrire", str(target), "--exercice", "2012")
    assert first.code == 0, first.err
    checked = subprocess.run(["sha256sum", "-c", "--strict", "empreintes.sha256"], cwd=target, check=False)
    assert checked.returncode == 0
    names = {line[66:] for line in (target / "empreintes.sha256").read_text(encoding="utf-8").splitlines()}
    there = {str(one.relative_to(target)) for one in target.rglob("*") if one.is_file()}
    assert there == names | {"empreintes.sha256"}
    (line,) = (target / "manifeste.jsonl").read_text(encoding="utf-8").splitlines()
    said = json.loads(line)
    assert (said["facture"], said["dua_ans"], said["sort_final"], said["classe"]) == (OLD, 10, "D", "factures")
    assert (target / said["fichier"]).read_bytes() == b"%PDF-1.7 de 2012"
    plain(first.out)


def test_what_is_there_is_the_same_or_is_refused_and_an_acknowledgement_is_kept(copy: Office, tmp_path: Path) -> None:
    settle(copy)
    copy.become("agent")
    target = tmp_path / "versement"
    assert copy("versement", "ecrire", str(target), "--exercice", "2012").code == 0
    again = copy("versement", "ecrire", str(target), "--exercice", "2012")
    assert "déjà écrit, identique" in again.out
    with copy.opened() as app, app.ledger.reading() as books:
        (one,) = books.find(Transfer)
    (file,) = (target / "contenu").rglob("*.pdf")
    file.write_bytes(b"autre chose")
    other = copy("versement", "ecrire", str(target), "--exercice", "2012")
    assert other.code == 4
    assert "n'est pas ce versement" in other.err
    confirmed = copy("versement", "confirmer", one.id, "--accuse", "SAE-12", "--date", "01/03/2013")
    assert confirmed.code == 0, confirmed.err
    assert "SAE-12" in copy("versement", "liste").out
    assert copy("versement", "abandonner", one.id, "--motif", "trop tard").code == 3
    plain(again.out + confirmed.out)
