"""What a share, a disk or a right may refuse: nothing is half-done, and what is told is what happened."""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dematfin.errors import ConfigError, UnknownOutcome, Unreachable
from dematfin.tdt.folder import FolderTdt
from dematfin.tdt.marks import Marks
from tdt.desktop import Desktop


@pytest.fixture
def transmitter(desktop: Desktop) -> FolderTdt:
    return desktop.ready()


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def refusing(number: int) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    return refuse


REFUSED = {
    "copy": ((shutil, "copyfileobj"), errno.ENOSPC, "le disque est plein"),
    "mark": ((Marks, "write"), errno.EROFS, "le disque est en lecture seule"),
    "rename": ((Path, "rename"), errno.EACCES, "droits insuffisants"),
}


@pytest.mark.parametrize("call", REFUSED)
def test_what_the_system_refuses_leaves_nothing_behind(
    desktop: Desktop, transmitter: FolderTdt, source: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    broken, number, words = REFUSED[call]
    with monkeypatch.context() as refused:
        refused.setattr(*broken, refusing(number))
        with pytest.raises(Unreachable, match=f"FLUX1.*{words}.*partage") as raised:
            transmitter.send(source, "FLUX1")
    assert not isinstance(raised.value, UnknownOutcome)
    assert files(desktop.drop) == {".dematfin/verrou"}
    assert transmitter.send(source, "FLUX1") == "FLUX1"


def test_a_disk_that_keeps_nothing_leaves_a_doubt_then_none(
    desktop: Desktop, transmitter: FolderTdt, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as refused:
        refused.setattr(os, "fsync", refusing(errno.EIO))
        with pytest.raises(UnknownOutcome, match="on ne sait pas"):
            transmitter.send(source, "FLUX1")
    assert transmitter.find(source, "FLUX1") == ""
    assert files(desktop.drop) == {".dematfin/verrou"}


def test_a_rename_that_fails_after_its_effect_is_unknown_then_found(
    desktop: Desktop, transmitter: FolderTdt, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A network share may lose the answer of its own server."""
    real = Path.rename

    def rename(path: Path, target: Path) -> Path:
        real(path, target)
        raise OSError(errno.EIO, "lost")

    with monkeypatch.context() as lossy:
        lossy.setattr(Path, "rename", rename)
        with pytest.raises(UnknownOutcome, match="Il sera vérifié"):
            transmitter.send(source, "FLUX1")
    desktop.take()
    assert transmitter.find(source, "FLUX1") == "FLUX1"


def test_a_share_that_vanishes_during_the_rename_is_unknown(
    transmitter: FolderTdt, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dead:

        def rename(*_: object) -> None:
            dead.setattr(Path, "lstat", refusing(errno.ESTALE))
            raise OSError(errno.ESTALE, "stale")

        dead.setattr(Path, "rename", rename)
        with pytest.raises(UnknownOutcome):
            transmitter.send(source, "FLUX1")
    assert transmitter.find(source, "FLUX1") == ""


@pytest.mark.parametrize("gone", ["depot", "depot/.dematfin"])
def test_a_share_that_is_not_mounted_takes_nothing(
    desktop: Desktop, transmitter: FolderTdt, source: Path, gone: str
) -> None:
    """Only an empty folder shows where it was: a flow put there would reach nobody, and be believed absent."""
    transmitter.send(source, "FLUX1")
    shutil.rmtree(desktop.drop.parent / gone)
    expected = Unreachable if gone == "depot" else ConfigError
    words = "fichier ou dossier absent" if gone == "depot" else "partage n'est pas monté"
    for call in (transmitter.send, transmitter.find):
        with pytest.raises(expected, match=words):
            call(source, "FLUX1")
    for ask in (
        lambda: transmitter.follow("FLUX1", "FLUX1"),
        transmitter.returns,
        lambda: transmitter.deposits(date.min),
    ):
        with pytest.raises(expected, match=words):
            ask()


def test_two_runs_never_put_down_at_the_same_time(desktop: Desktop, transmitter: FolderTdt, source: Path) -> None:
    """The copy that one is making is not the remains of a dead one."""
    with (desktop.drop / ".dematfin" / "verrou").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        for call in (transmitter.send, transmitter.find):
            with pytest.raises(Unreachable, match="Un autre traitement") as raised:
                call(source, "FLUX1")
            assert not isinstance(raised.value, UnknownOutcome)  # nothing is sent again on that
    assert transmitter.send(source, "FLUX1") == "FLUX1"


def test_the_first_check_says_that_the_folder_is_new(desktop: Desktop) -> None:
    transmitter = desktop.transmitter()
    said = transmitter.check()
    assert str(desktop.drop) in said
    assert "jamais servi" in said
    assert "jamais servi" not in transmitter.check()


@pytest.mark.parametrize("missing", ["depot", "retour"])
def test_a_check_names_the_folder_that_is_missing(desktop: Desktop, missing: str) -> None:
    (desktop.drop.parent / missing).rmdir()
    with pytest.raises(Unreachable, match=f"{missing} ne peut pas servir : fichier ou dossier absent"):
        desktop.transmitter().check()


def test_a_folder_that_takes_nothing_is_named(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(Unreachable, match="droits insuffisants"):
        desktop.transmitter().check()


def test_a_share_that_knows_no_lock_is_found_out_by_the_check(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fcntl, "flock", refusing(errno.ENOLCK))
    with pytest.raises(Unreachable, match=f"{desktop.drop} ne peut pas servir"):
        desktop.transmitter().check()


def test_what_was_read_stays_on_the_disk_where_it_came(desktop: Desktop) -> None:
    with pytest.raises(ConfigError, match="même disque"):
        desktop.transmitter(traites=Path("/dev/shm")).check()
