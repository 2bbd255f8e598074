"""Installing the DGFiP's schemas: from an archive that nobody trusts, all at once, the set before kept until then."""

import json
import shutil
import stat
import zipfile
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from dematfin.errors import DocumentError, TooLarge, UnsafeArchive
from dematfin.pes import official
from dematfin.pes.official import OfficialSchemas, in_use
from dematfin.pes.validate import OFFICIAL, Schemas
from official import OFFICIAL as OFFICIAL_FOLDER
from official import needs_official

SET = OFFICIAL_FOLDER / "xsd" / "pes" / "v5.17"
DAY = date(2026, 3, 20)
EMPTY = '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">{}</xs:schema>'


def archive(path: Path, **changed: str) -> Path:
    """Write a small set: three schemas that include a fourth."""
    inside = {
        name: EMPTY.format(f'<xs:include schemaLocation="{"../" * name.count("/")}PES_V2/Commun.xsd"/>')
        for name in OFFICIAL.values()
    }
    inside |= {"PES_V2/Commun.xsd": EMPTY.format(""), "v9.1.txt": "", "lisez-moi.pdf": "x", **changed}
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in inside.items():
            packed.writestr(f"schemas/{name}", text)
    return path


@pytest.fixture
def schemas(tmp_path: Path) -> OfficialSchemas:
    return OfficialSchemas(tmp_path / "jeux" / "place")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "jeux" / "place"


def test_a_set_is_installed_under_its_version(schemas: OfficialSchemas, place: Path, tmp_path: Path) -> None:
    assert schemas.version() is None
    version = schemas.install(archive(tmp_path / "dgfip.zip"), DAY)
    assert (version.name, version.installed_on, len(version.sha256)) == ("v9.1", DAY, 64)
    assert schemas.version() == version
    found = in_use(place)
    assert found is not None
    assert sorted(one.relative_to(found).as_posix() for one in found.rglob("*") if one.is_file()) == sorted(
        [*OFFICIAL.values(), "PES_V2/Commun.xsd", "v9.1.txt"]
    )


def test_without_a_version_file_the_archive_gives_its_name(schemas: OfficialSchemas, tmp_path: Path) -> None:
    packed = archive(tmp_path / "Schemas 5.18.zip")
    with zipfile.ZipFile(tmp_path / "autre.zip", "w") as sink, zipfile.ZipFile(packed) as source:
        for name in source.namelist():
            if not name.endswith(".txt"):
                sink.writestr(name.removeprefix("schemas/"), source.read(name))
    assert schemas.install(tmp_path / "autre.zip", DAY).name == "autre"


def test_a_new_set_replaces_the_old_one_which_stays_for_the_run_under_way(
    schemas: OfficialSchemas, place: Path, tmp_path: Path
) -> None:
    first, second, third = (schemas.install(archive(tmp_path / "a.zip", note=str(n)), DAY) for n in range(3))
    assert len({first.folder, second.folder, third.folder}) == 3
    assert not (place / first.folder).exists()
    assert (place / second.folder).is_dir()
    assert in_use(place) == place / third.folder


def _with(name: str, text: str = "") -> dict[str, str]:
    return {name: text}


ABSENT = {
    "a path that goes up": _with("../../mal.xsd"),
    "a path of Windows": _with("a\\b.xsd"),
    "a drive": _with("C:/mal.xsd"),
    "an address": _with("PES_V2/mal.xsd", EMPTY.format('<xs:include schemaLocation="http://example.org/x.xsd"/>')),
    "a file of the machine": _with("PES_V2/mal.xsd", EMPTY.format('<xs:import schemaLocation="/etc/passwd"/>')),
    "a file above": _with("PES_V2/mal.xsd", EMPTY.format('<xs:import schemaLocation="../../../x.xsd"/>')),
    "no schema": _with("PES_V2/Rev0/PES_Aller.xsd", "rien"),
    "a doctype": _with("PES_V2/mal.xsd", "<!DOCTYPE a>" + EMPTY.format("")),
    "a wrong schema": _with("PES_V2/Rev0/PES_Aller.xsd", EMPTY.format('<xs:element name="a" type="inconnu"/>')),
}


@pytest.mark.parametrize("changed", ABSENT.values(), ids=ABSENT)
def test_a_bad_archive_changes_nothing(
    schemas: OfficialSchemas, place: Path, tmp_path: Path, changed: dict[str, str]
) -> None:
    good = schemas.install(archive(tmp_path / "a.zip"), DAY)
    before = sorted(place.rglob("*"))
    with pytest.raises(DocumentError, match=r"mal\.zip"):
        schemas.install(archive(tmp_path / "mal.zip", **changed), DAY)
    assert schemas.version() == good
    assert sorted(place.rglob("*")) == before
    assert not list(tmp_path.rglob("mal.xsd"))


def test_a_link_is_refused(schemas: OfficialSchemas, tmp_path: Path) -> None:
    path = archive(tmp_path / "mal.zip")
    with zipfile.ZipFile(path, "a") as packed:
        link = zipfile.ZipInfo("schemas/PES_V2/lien.xsd")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        packed.writestr(link, "/etc/passwd")
    with pytest.raises(UnsafeArchive, match="chemin dangereux"):
        schemas.install(path, DAY)


def test_what_is_no_set_is_said(schemas: OfficialSchemas, tmp_path: Path) -> None:
    path = tmp_path / "autre.zip"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("a.xsd", "")
    with pytest.raises(UnsafeArchive, match="n'est pas le jeu"):
        schemas.install(path, DAY)
    path.write_bytes(b"rien")
    with pytest.raises(UnsafeArchive):
        schemas.install(path, DAY)


def test_sizes_are_bounded(schemas: OfficialSchemas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(official, "MOST_FILES", 4)
    with pytest.raises(TooLarge):
        schemas.install(archive(tmp_path / "a.zip"), DAY)
    monkeypatch.setattr(official, "MOST_FILES", 100)
    monkeypatch.setattr(official, "LARGEST_SET", 100)
    with pytest.raises(TooLarge):
        schemas.install(archive(tmp_path / "a.zip"), DAY)
    monkeypatch.setattr(official, "LARGEST_ARCHIVE", 100)
    with pytest.raises(TooLarge):
        schemas.install(archive(tmp_path / "a.zip"), DAY)


def test_what_a_killed_installation_left_is_swept(schemas: OfficialSchemas, place: Path, tmp_path: Path) -> None:
    left = place / ".arrivee-abc"
    left.mkdir(parents=True)
    (left / "x.xsd").write_text("x")
    schemas.install(archive(tmp_path / "a.zip"), DAY)
    assert not left.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"version": "v1"}', json.dumps({"dossier": "../..", "version": ""})])
def test_a_damaged_record_is_no_set(place: Path, text: str) -> None:
    place.mkdir(parents=True)
    (place / official.CURRENT).write_text(text)
    assert in_use(place) is None


@needs_official
def test_the_real_set_is_installed_and_judges(schemas: OfficialSchemas, place: Path, tmp_path: Path) -> None:
    shutil.make_archive(str(tmp_path / "dgfip"), "zip", SET)
    assert schemas.install(tmp_path / "dgfip.zip", DAY).name == "v5.17"
    Schemas(in_use(place)).check()
    sample = etree.parse(OFFICIAL_FOLDER / "samples" / "pes" / "minimal_own.xml")
    assert Schemas(in_use(place)).findings(sample) == ()


@needs_official
def test_a_set_copied_by_hand_is_used(tmp_path: Path) -> None:
    (tmp_path / "PES_V2").symlink_to(SET / "PES_V2")
    assert in_use(tmp_path) == tmp_path
