"""The neighbours of a folder: their doors."""

import gc
import socket
from datetime import date
from pathlib import Path

import pytest

from dematfin.demo.folder import DemoFolder
from dematfin.demo.story import load
from dematfin.errors import ConfigError
from dematfin.sandbox.neighbours import NEVER_LENT, Neighbours, free_ports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    demo = DemoFolder(root=tmp_path / "mairie")
    demo.prepare(load(date(2026, 3, 2)))
    return demo.sandbox


def test_the_doors_are_none_that_a_system_lends(folder: Path) -> None:
    ports = free_ports(folder)
    assert len(set(ports.values())) == len(ports) == 3
    assert set(ports.values()) <= set(NEVER_LENT)
    assert free_ports(folder) == ports


@pytest.mark.parametrize("name", ["chorus", "tdt", "courriel"])
def test_a_door_already_taken_is_told_and_leaves_nothing_open(folder: Path, name: str) -> None:
    ports = free_ports(folder)
    with (
        socket.create_server(("127.0.0.1", ports[name])),
        pytest.raises(ConfigError, match=f"{ports[name]} est déjà pris"),
    ):
        Neighbours(folder)
    gc.collect()  # pytest fails on a socket or a loop that nobody closed
    with Neighbours(folder):
        assert all(answers(port) for port in ports.values())
    assert not any(answers(port) for port in ports.values())


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
