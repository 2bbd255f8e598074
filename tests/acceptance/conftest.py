"""The demonstration, played once for all the tests that look at what it leaves."""

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demonstration that has just been played, neighbours stopped."""
    folder = tmp_path_factory.mktemp("acceptance") / "demo"
    command = [sys.executable, "-m", "dematfin", "demo", "--dossier", str(folder)]
    played = subprocess.run(command, capture_output=True, text=True, check=False, timeout=240)
    assert played.returncode == 0, played.stderr[-2000:]
    (folder.parent / "ecran.txt").write_text(played.stdout, encoding="utf-8")
    return folder
