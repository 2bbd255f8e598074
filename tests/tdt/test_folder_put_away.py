"""Where answers are looked for, and how one is put away: that very one, and nothing else."""

import shutil
from pathlib import Path

import pytest

from dematfin.errors import Unreachable
from dematfin.tdt.folder import FolderTdt
from tdt.desktop import Desktop, writer
from tdt.platform import acquit, flow, retour


@pytest.fixture
def transmitter(desktop: Desktop, tmp_path: Path) -> FolderTdt:
    """Return our side, once FLUX1 was put down."""
    ready = desktop.ready()
    ready.send(writer(tmp_path, flow)("FLUX1"), "FLUX1")
    return ready


def listed(transmitter: FolderTdt) -> list[tuple[str, str]]:
    return [(item.name, item.acquit_of) for item in transmitter.returns()]


def test_a_link_put_in_the_place_of_an_answer_is_not_followed(
    desktop: Desktop, transmitter: FolderTdt, tmp_path: Path
) -> None:
    path = desktop.bring("retour.xml", retour())
    (item,) = transmitter.returns()
    path.rename(tmp_path / "ailleurs.xml")
    path.symlink_to(tmp_path / "ailleurs.xml")
    with pytest.raises(Unreachable, match="n'est plus dans"):
        transmitter.fetch(item)
    transmitter.acknowledge(item)
    assert (tmp_path / "ailleurs.xml").exists()


def test_the_same_answer_twice_is_one_answer(desktop: Desktop, transmitter: FolderTdt) -> None:
    desktop.bring("a.xml", retour())
    (first,) = transmitter.returns()
    (desktop.back / "a.xml").rename(desktop.back / "b.xml")
    desktop.bring("c.xml", retour())
    (again,) = transmitter.returns()
    assert again.remote_id == first.remote_id
    for _ in range(2):
        transmitter.acknowledge(first)
        list(transmitter.returns())
    assert listed(transmitter) == []
    assert len(list((desktop.back / "traites").glob(f"{first.remote_id}_*"))) == 2


def test_another_answer_that_takes_its_name_is_not_put_away_with_it(desktop: Desktop, transmitter: FolderTdt) -> None:
    desktop.bring("retour.xml", retour())
    (first,) = transmitter.returns()
    desktop.bring("retour.xml", acquit("FLUX1"))
    transmitter.acknowledge(first)
    (second,) = transmitter.returns()
    assert second.remote_id != first.remote_id
    assert transmitter.fetch(second) == acquit("FLUX1")


def test_an_answer_that_vanished_is_told_and_acknowledged_for_nothing(desktop: Desktop, transmitter: FolderTdt) -> None:
    path = desktop.bring("retour.xml", retour())
    (item,) = transmitter.returns()
    path.unlink()
    with pytest.raises(Unreachable, match=r"retour.xml n'est plus dans .*/retour"):
        transmitter.fetch(item)
    transmitter.acknowledge(item)


def test_long_names_are_put_away_too(desktop: Desktop, transmitter: FolderTdt) -> None:
    desktop.bring("é" * 120 + ".xml", retour())
    (item,) = transmitter.returns()
    transmitter.acknowledge(item)
    assert transmitter.fetch(item) == retour()


def test_sub_folders_are_walked_only_on_request(desktop: Desktop, transmitter: FolderTdt) -> None:
    for inner in ("2026/11", ".cache", "traites", "erreurs"):
        (desktop.back / inner).mkdir(parents=True, exist_ok=True)
        (desktop.back / inner / "r.xml").write_bytes(retour())
    assert listed(transmitter) == []
    deep = desktop.transmitter(sous_dossiers=True)
    (item,) = deep.returns()
    deep.acknowledge(item)
    assert not (desktop.back / "2026/11/r.xml").exists()
    assert (desktop.back / "traites/r.xml").exists()


def test_one_folder_may_serve_both_ways(desktop: Desktop, tmp_path: Path) -> None:
    both = desktop.ready(retour=desktop.drop, sous_dossiers=True)
    both.send(writer(tmp_path, flow)("FLUX1"), "FLUX1")
    (desktop.drop / "acquit.xml").write_bytes(acquit("FLUX1"))
    assert listed(both) == [("acquit.xml", "FLUX1")]


def test_a_return_folder_that_is_gone_is_told(desktop: Desktop, transmitter: FolderTdt) -> None:
    desktop.bring("retour.xml", retour())
    (item,) = transmitter.returns()
    shutil.rmtree(desktop.back)
    for call in (
        lambda: list(transmitter.returns()),
        lambda: transmitter.fetch(item),
        lambda: transmitter.acknowledge(item),
    ):
        with pytest.raises(Unreachable, match="retour ne peut pas servir : fichier ou dossier absent"):
            call()
