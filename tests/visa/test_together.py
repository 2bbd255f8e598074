"""Two hundred people click at once, each in a process of its own: one is taken, the others are told (rule 20)."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.visa.folder import FolderState, VisaFolder
from dematfin.steps.visa import visa as open_folders
from examples import VISEUR, invoice
from fakes.hall import Hall
from visa.clicks import click, on_disk
from visa.desks import FIRST

PEOPLE = 200
PROCESSES = 8
HEAVY = ["dematfin.acts.run", "dematfin.pes.build", "dematfin.reports.letter", "dematfin.store.ledger"]
"""What each process would be long to import."""


def test_20_of_two_hundred_decisions_one_is_taken(tmp_path: Path, base: str) -> None:
    (tmp_path / "hall").mkdir()
    with on_disk(Hall.build(tmp_path / "hall"), base) as hall:
        _all_decide(hall, base, tmp_path)


def _all_decide(hall: Hall, base: str, scratch: Path) -> None:
    with hall.app.ledger.transaction() as books:
        books.save(VISEUR, replace(invoice(), state=invoice().state.IN_VISA))
    assert open_folders(hall.app).done == (FIRST,)
    ready = multiprocessing.get_context("forkserver")
    ready.set_forkserver_preload(HEAVY)
    with ProcessPoolExecutor(PROCESSES, mp_context=ready) as pool:
        answers = list(pool.map(click, [base] * PEOPLE, [str(scratch)] * PEOPLE, range(PEOPLE)))
    assert sorted(answers) == ["conflict"] * (PEOPLE - 1) + ["taken"]
    with hall.app.ledger.reading() as books:
        (folder,) = books.find(VisaFolder)
        (decision,) = folder.decisions
        said_yes = folder.state is FolderState.APPROVED
        assert books.get(Invoice, FIRST).state == ("SERVICE_FAIT" if said_yes else "REFUSED")
    assert decision.comment == f"{'Oui' if said_yes else 'Non'}, dit {answers.index('taken')}."
    assert hall.app.ledger.verify_journal().intact
