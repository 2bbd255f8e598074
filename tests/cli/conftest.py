"""One demonstration played for the whole session; each test that changes something works on a copy."""

import json
import logging
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import stamina

from cli.office import CLOSED, Office, free_ports
from dematfin.cli.context import system_account
from dematfin.cli.output import SCREEN


@pytest.fixture(scope="session")
def town_hall(played: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a demonstration that has just been played, whose neighbours have doors of their own."""
    folder = Path(shutil.copytree(played.parent, tmp_path_factory.mktemp("cli") / "mairie")) / played.name
    ports = folder / "bac-a-sable" / "ports.json"
    free = free_ports()
    for port in json.loads(ports.read_text(encoding="utf-8")).values():
        door = str(next(free))
        for file in (ports, folder / "config.toml"):
            file.write_text(re.sub(rf"\b{port}\b", door, file.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def neighbours(town_hall: Path) -> Iterator[None]:
    """Run Chorus Pro and S²LOW for as long as the session lasts."""
    command = [sys.executable, "-m", "dematfin", "sandbox", "demarrer", "-c", str(town_hall / "config.toml")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "Voisins prêts" in process.stdout.readline()
    yield
    process.terminate()
    process.communicate(timeout=20)


@pytest.fixture
def keyboard(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Office]:
    """Return what opens an office on a folder, at a screen of 80 columns."""
    monkeypatch.setattr(SCREEN, "_width", 80)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    monkeypatch.setattr(logging.getLogger(), "handlers", logging.getLogger().handlers)
    return lambda folder: Office(folder=folder, screen=capsys, patch=monkeypatch)


@pytest.fixture
def office(town_hall: Path, keyboard: Callable[[Path], Office]) -> Office:
    """Return the office of the demonstration, to look and to be refused, never to change anything."""
    return keyboard(town_hall)


@pytest.fixture
def copy(town_hall: Path, tmp_path: Path, keyboard: Callable[[Path], Office]) -> Office:
    """Return an office of one's own, on a copy of the demonstration.

    Copied by another process: one that opens and closes a base lets go of all the locks that it holds on it.
    """
    subprocess.run(["cp", "-a", str(town_hall), str(tmp_path / "demo")], check=True)
    return keyboard(tmp_path / "demo")


@pytest.fixture
def cut_off(copy: Office) -> Iterator[Office]:
    """Return a copy whose neighbours do not answer, and whose patience is short."""
    for key in ("url_jeton", "url_api", "\nurl"):
        copy.change(rf"({key} = \"https?://127.0.0.1:)\d+", rf"\g<1>{CLOSED}")
    copy.change(r"\nport = \d+", f"\nport = {CLOSED}")
    stamina.set_testing(True, attempts=1)
    yield copy
    stamina.set_testing(False)


@pytest.fixture
def new_office(copy: Office) -> Office:
    """Return an office whose registers are empty, where only an administrateur who may do everything is known."""
    shutil.rmtree(copy.folder / "var")
    roles = [word for role in ("administrateur", "agent", "viseur", "ordonnateur") for word in ("--role", role)]
    made = copy("personne", "ajouter", "moi", "--nom", "Moi Seul", "--compte", system_account(), *roles)
    assert made.code == 0, made.err
    return copy
