"""The demonstration, played once for the whole run, be it shared by several processes of pytest."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demonstration that has just been played, neighbours stopped; `ecran.txt` is beside it."""
    mine = tmp_path_factory.getbasetemp()
    shared = mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine
    screen = shared / "demonstration" / "ecran.txt"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not screen.exists():
            screen.write_text(_play(screen.parent), encoding="utf-8")
    return Path(shutil.copytree(screen.parent, tmp_path_factory.mktemp("demonstration") / "copie")) / "demo"


def _play(folder: Path) -> str:
    """Play the demonstration in a new folder; return what the screen said."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    command = [sys.executable, "-m", "dematfin", "demo", "--dossier", str(folder / "demo")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout
