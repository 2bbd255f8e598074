"""`base copier`: a syndicate leaves one SQLite file for PostgreSQL, every collectivité by one command."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import Engine

import official
from cli.office import Answer, Office, plain
from config.syndicat import SHARED, A, B, C, block, in_one_file
from dematfin.cli.context import system_account
from dematfin.config.several import house
from dematfin.wiring import open_documents, open_ledger
from examples import AGENT
from fakes.hall import Hall
from postgres import stored_in

pytestmark = official.needs_postgres
BILLS: Final = {A: ("120.00", "75.10"), B: (), C: ("0.99", "18000.00", "44.44")}
"""What each was billed; an empty base moves as any other."""


class Move:
    """The syndicate before and after: two configurations of the same collectivités."""

    def __init__(self, office: Office, folder: Path, base: Engine) -> None:
        self._office = office
        blocks = [block(siret) for siret in BILLS]
        self.old = in_one_file(folder, *blocks)
        url = base.url.render_as_string(hide_password=False)
        shared = SHARED.replace('base = "registre.db"', stored_in(url))
        (folder / "nouveau").mkdir()
        self.new = in_one_file(folder / "nouveau", *blocks, shared=shared)

    def __call__(self, where: Path, *words: str) -> Answer:
        return self._office.alone(*words, "-c", str(where))

    def listed(self, where: Path) -> dict[str, str]:
        """Return what each collectivité is answered."""
        answers = {siret: self(where, "facture", "liste", "--json", "--siret", siret) for siret in BILLS}
        assert [one.code for one in answers.values()] == [0] * len(BILLS), answers
        return {siret: one.out for siret, one in answers.items()}


@pytest.fixture
def move(tmp_path: Path, sqlite_made: Path, postgresql: Engine, keyboard: Callable[[Path], Office]) -> Move:
    shutil.copy(sqlite_made, tmp_path / "registre.db")
    made = Move(keyboard(tmp_path), tmp_path, postgresql)
    for siret, amounts in BILLS.items():
        _live(made.old, siret, tmp_path / f"voisins-{siret}", *amounts)
    return made


def _live(config: Path, siret: str, folder: Path, *amounts: str) -> None:
    """Have a collectivité live a day, in its own base."""
    folder.mkdir()
    hall, settings = Hall.build(folder), house(config, siret).settings()
    hall.deposit(*amounts)
    ledger = open_ledger(settings, config.parent)
    with ledger.transaction() as books:
        books.save(*hall.ledger.records.values(), replace(AGENT, system_user=system_account()))
    hall.app = replace(
        hall.app,
        policy=replace(hall.app.policy, collectivite=siret),
        ledger=ledger,
        documents=open_documents(settings, config.parent),
    )
    assert not any(outcome.failures for outcome in hall.day())


def test_every_collectivite_moves_by_one_command_and_finds_its_invoices_again(move: Move) -> None:
    was = move.listed(move.old)
    assert {siret: len(json.loads(text)) for siret, text in was.items()} == {
        siret: len(amounts) for siret, amounts in BILLS.items()
    }
    done = move(move.old, "base", "copier", "--vers", str(move.new))
    assert done.code == 0, done.err
    assert done.out.count("tout est pareil des deux côtés") == len(BILLS)
    plain(done.said)
    assert move.listed(move.new) == was
    for siret in BILLS:
        assert "Journal intact" in move(move.new, "journal", "verifier", "--siret", siret).out
        left = move(move.old, "facture", "liste", "--siret", siret)
        assert left.code == 2 and "déplacé" in left.err


def test_one_at_work_keeps_no_other_from_moving_and_moves_later(move: Move) -> None:
    was = move.listed(move.old)
    at_work = open_ledger(house(move.old, A).settings(), move.old.parent)
    with at_work.lease("import", "autre.example:12"):
        refused = move(move.old, "base", "copier", "--vers", str(move.new))
    assert refused.code == 5 and A in refused.err and "autre.example:12" in refused.err
    assert refused.out.count("tout est pareil des deux côtés") == len(BILLS) - 1
    plain(refused.said)
    done = move(move.old, "base", "copier", "--vers", str(move.new))
    assert done.code == 0 and done.out.count("rien à faire") == len(BILLS) - 1
    assert move.listed(move.new) == was
