"""The drop folder, with whatever may be wrong with it: nothing half-done, nothing overwritten, the truth afterwards."""

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dematfin.errors import AlreadyThere, BadAnswer, ConfigError, Refused, UnknownOutcome, Unreachable
from dematfin.ports.transmitter import Phase
from dematfin.tdt import drop
from dematfin.tdt.folder import FolderTdt
from dematfin.tdt.marks import Marks
from tdt.desktop import Desktop, writer
from tdt.platform import flow


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop.open(tmp_path)


@pytest.fixture
def transmitter(desktop: Desktop) -> FolderTdt:
    return desktop.ready()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return writer(tmp_path, flow)("FLUX1")


def refusing(number: int) -> Callable[..., Any]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "refused")

    return refuse


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_an_agent_never_sees_half_a_file(
    desktop: Desktop, transmitter: FolderTdt, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At each call that writes, what it sees is nothing, or the whole."""
    seen: list[bytes] = []
    real = os.fsync

    def looking(descriptor: int) -> None:
        seen.extend(path.read_bytes() for path in desktop.drop.glob("*.xml"))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", looking)
    transmitter.send(source, "FLUX1")
    assert set(seen) == {source.read_bytes()}
    assert files(desktop.drop) == {"FLUX1.xml", ".dematfin/FLUX1.json", ".dematfin/verrou"}


@pytest.mark.parametrize(
    "nomfic", ["", ".", "..", "../FLUX1", "a/b", "/etc/x", ".cache", "a\nb", "a\0b", "É", "x" * 101]
)
def test_a_name_that_leads_elsewhere_is_refused(
    desktop: Desktop, transmitter: FolderTdt, source: Path, nomfic: str
) -> None:
    before = files(desktop.drop.parent)
    for call in (transmitter.send, transmitter.find):
        with pytest.raises(Refused, match="nom de fichier"):
            call(source, nomfic)
    with pytest.raises(Refused, match="Aucun flux"):
        transmitter.confirm(nomfic, source, nomfic)
    assert files(desktop.drop.parent) == before


def test_other_bytes_under_a_name_that_has_served_are_refused(transmitter: FolderTdt, tmp_path: Path) -> None:
    transmitter.send(writer(tmp_path, flow)("FLUX1"), "FLUX1")
    other = writer(tmp_path, lambda nomfic: flow(nomfic, "<!-- autre -->"))("FLUX1")
    for call in (transmitter.send, transmitter.find):
        with pytest.raises(Refused, match="Un autre flux du même nom FLUX1 a été déposé") as refused:
            call(other, "FLUX1")
        assert not isinstance(refused.value, AlreadyThere)
    assert not transmitter.confirm("FLUX1", other, "FLUX1")


def test_a_file_put_there_by_hand_is_never_overwritten(desktop: Desktop, transmitter: FolderTdt, source: Path) -> None:
    by_hand = desktop.drop / "FLUX1.xml"
    by_hand.write_bytes(b"<autre/>")
    with pytest.raises(Refused, match="Un autre flux"):
        transmitter.send(source, "FLUX1")
    assert by_hand.read_bytes() == b"<autre/>"
    shutil.copy(source, by_hand)  # somebody was still copying it
    assert transmitter.find(source, "FLUX1") == "FLUX1"


def test_our_flow_put_there_by_hand_is_our_deposit(desktop: Desktop, transmitter: FolderTdt, source: Path) -> None:
    """The marks were lost, or somebody was in a hurry: sent again, it would be there twice."""
    shutil.copy(source, desktop.drop / "FLUX1.xml")
    with pytest.raises(AlreadyThere):
        transmitter.send(source, "FLUX1")
    desktop.take()
    assert transmitter.find(source, "FLUX1") == "FLUX1"


def test_a_file_that_comes_while_ours_is_copied_stays(
    desktop: Desktop, transmitter: FolderTdt, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def copy(*files: Any) -> None:
        (desktop.drop / "FLUX1.xml").write_bytes(b"<autre/>")
        shutil.copyfileobj(*files)

    with monkeypatch.context() as slow:
        slow.setattr(drop, "shutil", type("shutil", (), {"copyfileobj": staticmethod(copy)}))
        with pytest.raises(Unreachable, match="ce nom est déjà pris"):
            transmitter.send(source, "FLUX1")
    assert files(desktop.drop) == {"FLUX1.xml", ".dematfin/verrou"}
    assert (desktop.drop / "FLUX1.xml").read_bytes() == b"<autre/>"


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


@pytest.mark.parametrize("spoilt", [b"", b"{", b"[]", b'{"sha256": "x", "octets": "y", "depose_le": "z"}', b"\xff\xfe"])
def test_a_mark_that_was_spoilt_is_believed_by_nobody(
    desktop: Desktop, transmitter: FolderTdt, source: Path, spoilt: bytes
) -> None:
    transmitter.send(source, "FLUX1")
    (desktop.drop / ".dematfin" / "FLUX1.json").write_bytes(spoilt)
    for call in (transmitter.send, transmitter.find):
        with pytest.raises(BadAnswer, match="prouve que le flux FLUX1 a été déposé"):
            call(source, "FLUX1")


def test_what_became_of_a_deposit_is_said_in_french(desktop: Desktop, transmitter: FolderTdt, source: Path) -> None:
    assert transmitter.follow("FLUX1", "FLUX1").phase is Phase.UNKNOWN
    transmitter.send(source, "FLUX1")
    waiting = transmitter.follow("FLUX1", "FLUX1")
    assert (waiting.phase, "personne ne l'a pris" in waiting.message) == (Phase.WAITING, True)
    desktop.take()
    taken = transmitter.follow("FLUX1", "FLUX1")
    assert (taken.phase, "Il a été pris" in taken.message) == (Phase.WAITING, True)
    (held,) = transmitter.deposits(desktop.clock.today())
    assert (held.nomfic, held.message) == ("FLUX1", taken.message)
    desktop.clock.advance(days=1)
    assert transmitter.deposits(desktop.clock.today()) == ()


def test_a_copy_that_was_never_put_down_is_no_deposit(desktop: Desktop, transmitter: FolderTdt, source: Path) -> None:
    """Its mark is there already: a run died between the two."""
    transmitter.send(source, "FLUX1")
    (desktop.drop / "FLUX1.xml").rename(desktop.drop / ".dematfin" / "FLUX1.xml")
    assert transmitter.deposits(date.min) == ()
    assert transmitter.follow("FLUX1", "FLUX1").phase is Phase.UNKNOWN
    with pytest.raises(Refused):
        transmitter.confirm("FLUX1", source, "FLUX1")
    assert transmitter.find(source, "FLUX1") == ""
    assert files(desktop.drop) == {".dematfin/verrou"}


def test_a_mark_says_what_was_put_down_and_when(desktop: Desktop, transmitter: FolderTdt, source: Path) -> None:
    transmitter.send(source, "FLUX1")
    kept = json.loads((desktop.drop / ".dematfin" / "FLUX1.json").read_bytes())
    assert kept["octets"] == source.stat().st_size
    assert kept["depose_le"] == desktop.clock.now().isoformat()


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
