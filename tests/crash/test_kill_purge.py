"""kill -9 in the middle of an elimination: run again it ends; what is listed is away, what is not is whole."""

import getpass
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import date
from pathlib import Path

from dematfin.acts import eliminations
from dematfin.config.several import load
from dematfin.demo.folder import DemoFolder
from dematfin.demo.story import load as load_story
from dematfin.domain.document import DocumentRef
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.person import Person, Role
from dematfin.domain.retention.elimination import Eliminated, Elimination, EliminationState
from dematfin.ports.app import App
from dematfin.wiring import build
from examples import invoice

MANY = 90
SOME = 5
LEFT = MANY - 3
"""Documents there when it is killed: in the middle of what was announced."""
WATCH = threading.Event()
AGENT = Person(id="agente", name="Agente", roles=frozenset({Role.AGENT}))
HERE = Person(
    id="directeur", name="Directeur", roles=frozenset({Role.DIRECTEUR}), system_user=getpass.getuser() or "root"
)


def _nobody(question: str) -> str:
    raise AssertionError(question)


def _settled(app: App) -> tuple[list[DocumentRef], list[DocumentRef]]:
    """Write old invoices and young ones; return the documents of both."""
    old, young = [], []
    with app.documents.batch():
        old = [app.documents.put(f"vieille {rank}".encode()) for rank in range(MANY)]
        young = [app.documents.put(f"jeune {rank}".encode()) for rank in range(SOME)]
    with app.ledger.transaction() as books:
        books.save(AGENT, HERE)
        for rank, ref in enumerate([*old, *young]):
            base = invoice(f"N{rank}", key=f"F2012-{rank:06d}")
            file = replace(base.content.attachments[0], document=ref)
            day = date(2012, 3, 1) if rank < MANY else app.clock.today()
            content = replace(base.content, attachments=(file,), issued_on=day)
            books.save(replace(base, content=content, state=InvoiceState.REFUSED, notified_on=day, remote_id=f"{rank}"))
    return old, young


def test_a_purge_that_is_killed_is_run_again(tmp_path: Path) -> None:
    folder = DemoFolder(root=tmp_path / "mairie")
    folder.prepare(load_story(date.today()))  # noqa: DTZ011, TID251 - the command runs on the real clock
    app = build(load(folder.config), folder.root, _nobody)
    old, young = _settled(app)
    made = eliminations.prepare(app, AGENT)
    place = load(folder.config).stockage.documents
    command = [
        *(sys.executable, "-m", "dematfin", "elimination", "executer", made.id, "-c", str(folder.config)),
        *("--visa", "AD99-1", "--date", f"{app.clock.today():%d/%m/%Y}"),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and _count(place, old) > LEFT:
        WATCH.wait(0.002)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert 0 < _count(place, old) < MANY, "it died in the middle"
    again = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert again.returncode == 0, again.stderr
    assert _count(place, old) == 0
    assert _count(place, young) == SOME
    with app.ledger.reading() as books:
        assert books.get(Elimination, made.id).state is EliminationState.DONE
        assert {one.id for one in books.find(Eliminated, removed=True)} == {ref.sha256 for ref in old}
        assert len(books.find(Invoice)) == MANY + SOME
    assert app.ledger.verify_journal().intact


def _count(place: Path, refs: list[DocumentRef]) -> int:
    return sum(os.path.exists(place / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256) for ref in refs)  # noqa: PTH110 - it is fast
