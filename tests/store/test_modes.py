"""What the program makes is closed to strangers from the start, whatever the mask of whoever starts it."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from dematfin.__main__ import closed_to_strangers
from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.finance.exchange import ExchangeFolders
from dematfin.finance.exchange_settings import ExchangeSettings
from dematfin.service.service_lock import Guard
from dematfin.store.backup import back_up_sqlite
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from dematfin.support.clock import SystemClock
from dematfin.support.files import write_atomically
from dematfin.tdt.drop import Drop
from examples import COMMUNE

NOW = SystemClock("Europe/Paris").now


@pytest.fixture(params=[0o022, 0o000], ids=["umask 022", "umask 000"])
def masked(request: pytest.FixtureRequest) -> Iterator[None]:
    former = os.umask(request.param)
    yield
    os.umask(former)


def made(folder: Path) -> Iterator[Path]:
    """Yield all that lies under a folder."""
    return folder.rglob("*")


def open_to_strangers(folder: Path) -> dict[str, str]:
    modes = {path.relative_to(folder).as_posix(): stat.S_IMODE(path.lstat().st_mode) for path in made(folder)}
    return {name: f"{mode:o}" for name, mode in modes.items() if mode & 0o007}


def test_what_the_program_makes_is_closed_to_strangers_whatever_the_mask(masked: None, tmp_path: Path) -> None:
    closed_to_strangers()
    home = tmp_path / "maison"
    home.mkdir()
    base = home / "loin" / "registre.db"
    engine = open_engine(str(base))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (a)")
        assert base.with_name("registre.db-wal").exists(), "else it is not looked at"
        assert open_to_strangers(home) == {}
    back_up_sqlite(base, home / "copies" / "hier.db")
    kept = FolderDocuments(home / "documents", minimum_free=0).put(b"%PDF-1.4")
    (home / "echange").mkdir()
    (home / "depot").mkdir()
    flow = home / "flux.xml"
    write_atomically(flow, b"<a/>")
    exchange = ExchangeFolders(ExchangeSettings(factures=home / "echange"))
    exchange.prepare(HandOverKind.INVOICE)
    exchange.stage(HandOverKind.INVOICE, "a.xml", flow)
    drop = Drop(home / "depot", NOW)
    drop.prepare()
    drop.put(flow, "F1")
    Guard.take(home / "documents", COMMUNE, f"{date(2026, 3, 2)}").release()
    assert kept.size and len(list(made(home))) > 12
    assert open_to_strangers(home) == {}
    engine.dispose()


def test_the_program_closes_its_mask_before_anything_else() -> None:
    words = "import os, sys; sys.argv = ['dematfin', '--version']\nfrom dematfin.__main__ import main\n"
    ending = "try: main()\nexcept SystemExit: print(oct(os.umask(0)))"
    ran = subprocess.run([sys.executable, "-c", words + ending], capture_output=True, text=True, check=True, umask=0)
    assert ran.stdout.splitlines()[-1] == "0o7"
