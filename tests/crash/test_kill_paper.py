"""kill -9 while a folder that a person names is cut: run again, the same documents, each page once.

What comes by the watched folder is of the campaign of the chain.
"""

import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crash.town import Town
from dematfin.sandbox.copier import Settings
from scanning.stacks import Truth, stack

BATCHES = 3
WATCH = threading.Event()


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with Town.open(tmp_path / "mairie") as opened:
        yield opened


@pytest.fixture(scope="module")
def truths() -> list[Truth]:
    return [stack(seed, Settings(dpi=100, duplex=seed == 42)) for seed in range(41, 41 + BATCHES)]


def command(town: Town, *words: str) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "dematfin", "numerisation", *words, "-c", str(town.folder.config)]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kill_after(process: "subprocess.Popen[str]", seconds: float) -> bool:
    """Kill a process after a while; return whether it was still running."""
    WATCH.wait(seconds)
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return alive


def test_a_named_folder_killed_anywhere_gives_the_same_manifest(
    town: Town, truths: list[Truth], tmp_path: Path
) -> None:
    folder = tmp_path / "cle-usb"
    folder.mkdir()
    for number, truth in enumerate(truths):
        (folder / f"scan{number}.pdf").write_bytes(truth.pdf)
    chance = random.Random(8)
    for _ in range(4):
        kill_after(command(town, "traiter", str(folder), "--json"), chance.uniform(0.5, 3.0))
    manifests = []
    for _ in range(2):
        done = command(town, "traiter", str(folder), "--json")
        out, errors = done.communicate(timeout=120)
        assert done.returncode == 0, errors
        manifests.append(json.loads(out))
    assert manifests[0] == manifests[1]
    assert _documents(manifests[0]) == {
        (f"scan{number}.pdf", pages) for number, truth in enumerate(truths) for pages in truth.documents
    }
    assert len({page["sha256"] for page in manifests[0]["pages"]}) == sum(truth.pages for truth in truths)


def _documents(manifest: dict[str, Any]) -> set[tuple[str, tuple[int, ...]]]:
    assert all(Path(one["fichier"]).is_file() for one in manifest["documents"])
    return {(one["source"], tuple(one["pages"])) for one in manifest["documents"]}
