"""`diagnostic` of what is kept: no half-made copy passes for a backup, and documents old and new are read again."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from cli.office import Office
from dematfin.cli.checks import keeping
from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, Verdict
from dematfin.config.several import house
from dematfin.domain.invoice.invoice import Invoice


def examined(office: Office) -> Examined:
    return Examined(house(office.config), office.config, online=False)


@pytest.fixture
def saved(copy: Office) -> Path:
    folder = copy.folder / "sauvegardes"
    folder.mkdir()
    copy.change(r"\n\[visa\]\n", '\n[service]\nsauvegardes = "sauvegardes"\n\n[visa]\n')
    return folder


def backups(office: Office) -> Line:
    (line,) = keeping.backups(examined(office))
    return line


@pytest.mark.parametrize(
    ("name", "content"), [("registre.db", b""), ("registre.db.en-cours", b"SQLite"), ("documents", None), ("", None)]
)
def test_what_is_no_whole_copy_is_no_backup(copy: Office, saved: Path, name: str, content: bytes | None) -> None:
    if content is None:
        (saved / name).mkdir(exist_ok=True)
    else:
        (saved / name).write_bytes(content)
    line = backups(copy)
    assert (line.verdict, line.code) == (Verdict.BAD, 1)
    assert line.found == f"aucune dans {saved}"


def test_a_failed_copy_does_not_make_an_old_one_young(copy: Office, saved: Path) -> None:
    (saved / "registre-1.db").write_bytes(b"SQLite")
    assert backups(copy).verdict is Verdict.GOOD
    long_ago = (examined(copy).now - timedelta(hours=27)).timestamp()
    os.utime(saved / "registre-1.db", (long_ago, long_ago))
    (saved / "registre-2.db").touch()
    (saved / "registre-3.db.en-cours").write_bytes(b"SQLi")
    line = backups(copy)
    assert line.verdict is Verdict.BAD and "la dernière est du" in line.found


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
