"""`diagnostic` of what strangers with an account on the machine could read or write."""

from pathlib import Path

import pytest

from config.syndicat import SHARED as EVERYBODY
from config.syndicat import A, block, in_one_file
from dematfin.cli.checks import strangers
from dematfin.cli.checks.examined import Examined
from dematfin.config.several import houses

COPIES = '[commun.service]\nsauvegardes = "copies"\n'
CLOSED = {"ni lecture, ni écriture": "GOOD"}
KEPT = ("registre.db", "registre.db-wal", "documents", f"documents/service-{A}.verrou", "copies", "copies/hier.db")
SHARED = f"tdt/{A}/depot"


@pytest.fixture
def town(tmp_path: Path) -> Examined:
    """Return a town whose base, documents, copies, lock and exchange folder are there."""
    for name in ("documents", "copies", SHARED):
        (tmp_path / name).mkdir(parents=True)
    for name in KEPT:
        if not (tmp_path / name).exists():
            (tmp_path / name).touch()
    file = in_one_file(tmp_path, block(A), shared=COPIES + EVERYBODY)
    return Examined(houses(file)[0], file, online=False)


def given(town: Examined, mode: int) -> dict[str, str]:
    """Give all of them a mode, and return what is said of each place."""
    for name in (*KEPT, SHARED):
        (town.folder / name).chmod(mode)
    told = {line.found.rpartition(f"{town.folder}/")[2]: line.verdict.name for line in strangers.places(town)}
    for name in (*KEPT, SHARED):
        (town.folder / name).chmod(0o770)
    return told


def test_what_others_may_read_or_write_is_told_place_by_place(town: Examined, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strangers, "PASS", 0)  # as if no folder above were closed: those of tests are
    assert given(town, 0o770) == CLOSED
    assert given(town, 0o774) == dict.fromkeys(KEPT, "LOOK"), "what another software shares, it reads"
    assert given(town, 0o772) == dict.fromkeys((*KEPT, SHARED), "BAD")


def test_a_closed_folder_above_keeps_strangers_out(town: Examined) -> None:
    town.folder.chmod(0o770)
    assert given(town, 0o777) == CLOSED
