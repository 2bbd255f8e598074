"""Killed at any call to the file system, a deposit is found or sent again, and happens once."""

import os
import signal
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import count
from pathlib import Path
from typing import Self

import pytest

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import AlreadyThere
from dematfin.ports.transmitter import ReturnItem
from dematfin.tdt import drop
from dematfin.tdt.folder import FolderTdt
from tdt.desktop import Desktop, writer
from tdt.platform import flow

DEADLY = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "fcntl.flock"})


def dies(act: Callable[[], object], call: int, place: Path) -> bool:
    """Do an act in a child that is killed when it makes its n-th call under a folder; say whether it was."""
    child = os.fork()
    if child == 0:
        left = [call]

        def strike(event: str, arguments: tuple[object, ...]) -> None:
            if event in DEADLY and (event == "fcntl.flock" or str(arguments[0]).startswith(str(place))):
                left[0] -= 1
                if left[0] < 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(strike)
        try:
            act()
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


@dataclass
class Scene:
    """Two folders, a flow, and our side of it."""

    desktop: Desktop
    transmitter: FolderTdt
    source: Path

    @classmethod
    def open(cls, folder: Path) -> Self:
        folder.mkdir()
        desktop = Desktop.open(folder)
        return cls(desktop, desktop.ready(), writer(folder, flow)("FLUX1"))

    def send(self) -> str:
        return self.transmitter.send(self.source, "FLUX1")

    def find(self) -> str:
        return self.transmitter.find(self.source, "FLUX1")

    def settle(self) -> None:
        """Do what the next run does: ask, and send what is surely absent."""
        if not self.find():
            assert self.send() == "FLUX1"

    def happened_once(self) -> None:
        assert self.desktop.taken == ["FLUX1.xml"]
        assert list(self.desktop.tdt.received.values()) == [self.source.read_bytes()]
        assert self.find() == "FLUX1"
        assert self.left() == {"FLUX1.json"}

    def left(self) -> set[str]:
        """Return what of this flow lies in our own place."""
        return {path.name for path in (self.desktop.drop / ".dematfin").glob("FLUX1*")}


@pytest.mark.parametrize("taken", [False, True], ids=["still there", "taken at once"])
def test_a_deposit_killed_anywhere_happens_once(tmp_path: Path, *, taken: bool) -> None:
    for call in count():
        scene = Scene.open(tmp_path / str(call))
        died = dies(scene.send, call, scene.desktop.drop)
        if taken:
            scene.desktop.take()
        scene.settle()
        scene.desktop.take()
        scene.happened_once()
        if not died:
            break
    assert call > 6


def test_the_next_run_may_die_too(tmp_path: Path) -> None:
    """The first dies with its copy ready to be put down, the second anywhere while it gives the copy up."""
    ready = _ready_to_put_down(tmp_path)
    for call in count():
        scene = Scene.open(tmp_path / str(call))
        assert dies(scene.send, ready, scene.desktop.drop)
        assert scene.left() == {"FLUX1.xml", "FLUX1.json"}
        died = dies(scene.find, call, scene.desktop.drop)
        scene.settle()
        scene.desktop.take()
        scene.happened_once()
        if not died:
            break
    assert call > 3


def test_an_answer_put_away_by_a_run_that_dies_is_never_lost(tmp_path: Path) -> None:
    for call in count():
        scene = Scene.open(tmp_path / str(call))
        scene.send()
        scene.desktop.work()
        items = {item: scene.transmitter.fetch(item) for item in scene.transmitter.returns()}
        died = dies(partial(_acknowledge, scene.transmitter, items), call, scene.desktop.back)
        assert {scene.transmitter.fetch(item) for item in items} == set(items.values())
        assert set(scene.transmitter.returns()) <= set(items)
        if not died:
            assert list(scene.transmitter.returns()) == []
            break
    assert call > 2


def test_a_power_cut_during_a_deposit_sends_nothing_again_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The agent has seen the flow and taken it; the disk has forgotten that it was put down."""
    ready = _ready_to_put_down(tmp_path)
    scene = Scene.open(tmp_path / "cut")
    assert dies(scene.send, ready, scene.desktop.drop)
    monkeypatch.setattr(drop, "boot", lambda: "another start of the machine")
    assert scene.find() == "FLUX1"
    with pytest.raises(AlreadyThere):
        scene.send()
    held = scene.transmitter.follow("FLUX1", "FLUX1")
    assert held.phase is Phase.HELD
    assert "Demandez au TdT" in held.message
    assert [one.phase for one in scene.transmitter.deposits(date.min)] == [Phase.HELD]
    assert not list(scene.desktop.drop.glob("*.xml"))
    (scene.desktop.drop / ".dematfin/FLUX1.xml").rename(scene.desktop.drop / "FLUX1.xml")  # as a person is told to
    assert scene.transmitter.follow("FLUX1", "FLUX1").phase is Phase.WAITING
    scene.desktop.take()
    scene.happened_once()


def _ready_to_put_down(folder: Path) -> int:
    """Return which call puts the copy down: one later, the flow is there."""
    for call in count():
        scene = Scene.open(folder / f"ready {call}")
        dies(scene.send, call, scene.desktop.drop)
        if (scene.desktop.drop / "FLUX1.xml").exists():
            return call - 1
    raise AssertionError


def _acknowledge(transmitter: FolderTdt, items: Iterable[ReturnItem]) -> None:
    for item in items:
        transmitter.acknowledge(item)
