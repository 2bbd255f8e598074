"""`diagnostic` of what is kept: no half-made copy passes for a backup, and documents old and new are read again."""

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from cli.office import Office, plain
from dematfin.cli.checks import keeping
from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, Verdict
from dematfin.config.several import house, houses
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.unattended.health import Grade
from dematfin.service.service_lock import Guard
from dematfin.service.watch import Watch
from dematfin.support.clock import SystemClock


def examined(office: Office) -> Examined:
    return Examined(house(office.config), office.config, online=False)


@pytest.fixture
def saved(copy: Office) -> Path:
    copy.change(r"\n\[visa\]\n", '\n[service]\nsauvegardes = "sauvegardes"\n\n[visa]\n')
    return copy.folder / "sauvegardes"


def last_event(office: Office) -> int:
    """Return how many events its journal has."""
    with closing(office.base()) as base:
        (count,) = base.execute("SELECT sequence FROM chain").fetchone()
    return int(count)


def backups(office: Office, *, later: timedelta = timedelta()) -> list[Line]:
    seen = examined(office)
    seen.clock = Later(seen.clock, later)  # type: ignore[assignment]
    return list(keeping.backups(seen))


class Later:
    """A clock that is ahead."""

    def __init__(self, clock: SystemClock, ahead: timedelta) -> None:
        self._clock, self._ahead = clock, ahead

    def now(self) -> datetime:
        return self._clock.now() + self._ahead

    def local(self, instant: datetime) -> datetime:
        return self._clock.local(instant)


@pytest.mark.parametrize("name", ["registre.db", "21990042000015/2026-03-02T110000.000000Z.en-cours/base"])
def test_what_is_no_whole_copy_is_no_backup(copy: Office, saved: Path, name: str) -> None:
    (saved / name).parent.mkdir(parents=True)
    (saved / name).write_bytes(b"SQLite")
    (line,) = backups(copy)
    assert (line.verdict, line.code) == (Verdict.BAD, 1)
    assert line.found == f"aucune dans {saved}"


def test_backups_are_judged_by_what_they_say_and_by_the_last_trial(copy: Office, saved: Path) -> None:
    assert "ne se lit pas" in backups(copy)[0].found
    done = copy("sauvegarde")
    assert done.code == 0 and "journal de" in done.out
    plain(done.said)
    (line,) = backups(copy)
    assert (line.verdict, "jamais été essayée" in line.found) == (Verdict.LOOK, True)
    tried = copy("restauration", "--verifier")
    assert (tried.code, "tout est pareil" in tried.out) == (0, True)
    plain(tried.said)
    assert backups(copy)[0].verdict is Verdict.GOOD
    (old,) = backups(copy, later=timedelta(hours=27))
    assert (old.verdict, "la dernière est du" in old.found) == (Verdict.BAD, True)
    assert [one.verdict for one in backups(copy, later=timedelta(days=41))] == [Verdict.BAD, Verdict.LOOK]
    assert [
        one.code for one in Watch(lambda: houses(copy.config)).looks()[0].troubles if one.code == "sauvegarde"
    ] == []
    (base,) = saved.glob("*/*/base")
    base.write_bytes(base.read_bytes()[:-1])
    refused = copy("restauration", "--verifier")
    assert (refused.code, "base est absent ou abîmé" in refused.out) == (3, True)
    plain(refused.said)
    assert "ne se restaure pas" in backups(copy)[0].found
    troubles = [one for one in Watch(lambda: houses(copy.config)).looks()[0].troubles if one.code == "sauvegarde"]
    assert [one.grade for one in troubles] == [Grade.TO_SEE]


def test_a_burnt_town_hall_is_restored_by_one_command_and_refused_while_a_service_runs(
    copy: Office, saved: Path
) -> None:
    end, listed = last_event(copy), copy("facture", "liste", "--json").out
    assert copy("sauvegarde").code == 0
    kept = (*saved.glob("*/*/configuration/*"),)
    assert {one.name for one in kept} == {"config.toml", "A-REMETTRE.txt"}
    assert "secret   chorus.client_secret" in next(one for one in kept if one.suffix == ".txt").read_text("utf-8")
    assert not any(b"PRIVATE KEY" in one.read_bytes() for one in saved.rglob("*") if one.is_file())
    refused = copy("restauration")
    assert (refused.code, "--remplacer" in refused.err) == (3, True)
    plain(refused.said)
    guard = Guard.take(copy.folder / "var" / "documents", "21990042000015", "12:00")
    busy = copy("restauration", "--remplacer")
    guard.release()
    assert (busy.code, "Un service s'occupe déjà" in busy.err) == (5, True)
    shutil.rmtree(copy.folder / "var")
    done = copy("restauration", str(saved))
    assert (done.code, "reprise etat" in done.out) == (0, True)
    plain(done.said)
    assert (last_event(copy), copy("facture", "liste", "--json").out) == (end + 1, listed)
    assert "rien ne part" in copy("etat").said.lower()


def test_the_newest_documents_are_read_whatever_the_oldest_invoices_are_given(
    copy: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "SAMPLE", 2)
    with copy.opened() as app, app.ledger.transaction() as books:
        (oldest,), (newest,) = books.first(Invoice, 1, "notified_on"), books.last(Invoice, 1, "notified_on")
        spoilt = newest.content.attachments[0].document.sha256
        others = [one for invoice in books.find(Invoice) for one in invoice.content.attachments]
        many = {one.document.sha256: one for one in others if one.document.sha256 != spoilt}
        assert len(many) > 2 * keeping.SAMPLE
        books.save(replace(oldest, content=replace(oldest.content, attachments=tuple(many.values()))))
    (path,) = (copy.folder / "var" / "documents").rglob(f"*{spoilt[-8:]}*")
    path.chmod(0o640)
    path.write_bytes(b"autre chose")
    (line,) = keeping.documents(examined(copy))
    assert line.verdict is Verdict.BAD and spoilt[:12] in line.found
