"""The drop folder: nothing half-seen, nothing overwritten, and what is remembered is what was put down."""

import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dematfin.domain.mandat.deposit import Phase
from dematfin.errors import AlreadyThere, BadAnswer, Refused, UnknownOutcome, Unreachable
from dematfin.tdt import drop
from dematfin.tdt.folder import FolderTdt
from tdt.desktop import Desktop, writer
from tdt.platform import flow


@pytest.fixture
def transmitter(desktop: Desktop) -> FolderTdt:
    return desktop.ready()


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


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/dev/zero")])
def test_what_is_no_file_under_the_name_of_a_flow_is_told_and_not_waited_for(
    desktop: Desktop, transmitter: FolderTdt, source: Path, make: Callable[[Path], None]
) -> None:
    make(desktop.drop / "FLUX1.xml")
    with pytest.raises(Unreachable, match="dossier") as caught:
        transmitter.send(source, "FLUX1")
    assert not isinstance(caught.value, UnknownOutcome)
