"""The return folder: ours is brought in whatever its name, everything else stays where it is."""

import errno
import os
import shutil
from pathlib import Path

import pytest
import structlog
from lxml import etree
from structlog.testing import capture_logs

from dematfin.errors import BadAnswer
from dematfin.ports.transmitter import ReturnItem
from dematfin.tdt import inbox
from dematfin.tdt.folder import FolderTdt
from official import OFFICIAL, needs_official
from tdt.desktop import Desktop, writer
from tdt.platform import acquit, flow, retour

DOCTYPE = b"<?xml version='1.0'?><!DOCTYPE PES_Retour [<!ENTITY a 'b'>]><PES_Retour>&a;</PES_Retour>"
NOBODY = b"<PES_ACQUIT><ACQUIT/></PES_ACQUIT>"


@pytest.fixture(autouse=True)
def told() -> None:
    """Hear what goes well too."""
    structlog.reset_defaults()


@pytest.fixture
def transmitter(desktop: Desktop, tmp_path: Path) -> FolderTdt:
    """Return our side, once FLUX1 was put down."""
    ready = desktop.ready()
    ready.send(writer(tmp_path, flow)("FLUX1"), "FLUX1")
    return ready


def listed(transmitter: FolderTdt) -> list[tuple[str, str]]:
    return [(item.name, item.acquit_of) for item in transmitter.returns()]


def unreadable(transmitter: FolderTdt) -> tuple[list[ReturnItem], str]:
    """Return what is listed before what could not be read is told."""
    brought: list[ReturnItem] = []
    with pytest.raises(BadAnswer) as told:
        brought.extend(transmitter.returns())
    return brought, str(told.value)


@pytest.mark.parametrize(
    "data",
    [
        acquit("FLUX1"),
        acquit("FLUX1").replace(b"PES_ACQUIT", b"PES_NonAcquit"),
        acquit("FLUX1").replace(b"PES_ACQUIT", b"pes_acquit"),
        acquit("FLUX1").replace(b"n:", b"").replace(b":n", b""),
        b"\xef\xbb\xbf" + acquit("FLUX1").replace(b"ISO-8859-1", b"UTF-8"),
        acquit("FLUX1").decode().replace("ISO-8859-1", "UTF-16").encode("utf-16"),
        b"<!-- venu du portail -->\n" + acquit("FLUX1").partition(b"?>")[2],
    ],
    ids=["acquit", "non-acquit", "lower case", "no namespace", "BOM", "UTF-16", "comment"],
)
@pytest.mark.parametrize(
    "name", ["PESALR1_FLUX2.xml", "téléchargement (3)", b"re\xe7u.XML"], ids=["other", "bare", "latin"]
)
def test_an_answer_is_known_by_what_it_holds(
    desktop: Desktop, transmitter: FolderTdt, data: bytes, name: str | bytes
) -> None:
    path = desktop.back / os.fsdecode(name)
    path.write_bytes(data)
    (item,) = transmitter.returns()
    assert item.acquit_of == "FLUX1"
    item.name.encode()
    assert transmitter.fetch(item) == data
    transmitter.acknowledge(item)
    assert not path.exists()
    assert transmitter.fetch(item) == data


@needs_official
def test_the_answers_that_others_publish_are_known(desktop: Desktop, transmitter: FolderTdt) -> None:
    for path in sorted((OFFICIAL / "samples" / "pes").glob("*.xml")):
        shutil.copy(path, desktop.back)
    nomfics = [read for path in desktop.back.glob("*.xml") if (read := _nomfic(path))]
    for nomfic in set(nomfics):
        transmitter.send(writer(desktop.back.parent, flow)(nomfic), nomfic)
    items = list(transmitter.returns())
    assert len([item for item in items if item.acquit_of]) == len(nomfics) > 5
    assert {item.name for item in items if not item.acquit_of} == {"own_retour_periodique.xml", "own_retour_rejet.xml"}


def test_the_acquit_of_somebody_elses_flow_is_left_to_them(desktop: Desktop, transmitter: FolderTdt) -> None:
    """The finance software sends its own flows by the same folders: it waits for that file."""
    path = desktop.bring("acquit.xml", acquit("AUTRE\n2"))
    with capture_logs() as logs:
        assert listed(transmitter) == []
        assert listed(transmitter) == []
    assert [(one["event"], one["file"]) for one in logs] == [("acquit_of_others_left", "acquit.xml")]
    assert path.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"numero;montant\n1;2\n",
        flow("FLUX1"),
        flow("FLUX1")[:-9],
        b"<?xml version='1.0'?><Facture/>",
        b"<?xml version='1.0'?><Facture>",
        b"<rapport>le fichier &lt;PES_Retour&gt;</rapport>",
        b"<rapport><PES_Retour/></rapport>",
        b"%PDF-1.4 <PES_Retour/>",
    ],
)
def test_what_is_no_answer_stays_where_it_is(desktop: Desktop, transmitter: FolderTdt, data: bytes) -> None:
    path = desktop.bring("fichier.xml", data)
    assert listed(transmitter) == []
    assert path.read_bytes() == data


def test_what_is_no_plain_file_is_not_opened(desktop: Desktop, transmitter: FolderTdt, tmp_path: Path) -> None:
    elsewhere = tmp_path / "secret.xml"
    elsewhere.write_bytes(retour())
    (desktop.back / "lien.xml").symlink_to(elsewhere)
    (desktop.back / "perdu.xml").symlink_to(tmp_path / "absent")
    (desktop.back / "dossier.xml").mkdir()
    (desktop.back / "dossier.xml" / "retour.xml").write_bytes(retour())
    os.mkfifo(desktop.back / "tube.xml")
    for name in (".cache.xml", "~retour.xml"):
        desktop.bring(name, retour())
    assert listed(transmitter) == []
    assert elsewhere.exists()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (acquit("FLUX1")[:-20], "illisible"),
        (DOCTYPE, "DOCTYPE"),
        (NOBODY, "NomFic absent"),
        (b"<PES_Retour>" + b" " * inbox.HEAD + b"</PES_Retour", "illisible"),
    ],
    ids=["cut", "doctype", "no flow", "cut far away"],
)
def test_an_answer_that_cannot_be_read_is_put_aside_and_told_once(
    desktop: Desktop, transmitter: FolderTdt, data: bytes, words: str
) -> None:
    desktop.bring("a.xml", data)
    desktop.bring("b.xml", retour())
    brought, told = unreadable(transmitter)
    assert [item.name for item in brought] == ["b.xml"]
    assert "« a.xml »" in told
    assert words in told
    assert "redemandez-la" in told
    (aside,) = (desktop.back / "erreurs").iterdir()
    assert aside.name.endswith("_a.xml")
    assert aside.read_bytes() == data
    left, kept = transmitter.returns()
    assert (left.name, kept.name) == ("a.xml", "b.xml")
    with pytest.raises(BadAnswer, match="ôtez ce fichier"):
        transmitter.fetch(left)
    aside.unlink()
    assert listed(transmitter) == [("b.xml", "")]


def test_an_answer_that_is_too_large_is_put_aside(
    desktop: Desktop, transmitter: FolderTdt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "LARGEST_ANSWER", len(acquit("FLUX1")))
    desktop.bring("bon.xml", acquit("FLUX1"))
    desktop.bring("gros.xml", acquit("FLUX1") + b" ")
    brought, told = unreadable(transmitter)
    assert [item.name for item in brought] == ["bon.xml"]
    assert "« gros.xml » dépasse" in told


def test_what_is_still_being_written_waits(desktop: Desktop, transmitter: FolderTdt) -> None:
    del transmitter  # its flow was put down
    patient = desktop.transmitter(stable=3600)
    desktop.bring("entier.xml", retour())
    desktop.bring("partiel.xml", acquit("FLUX1")[:-20])
    os.utime(desktop.back / "entier.xml", (0, 0))  # a copy keeps the day of its source
    assert listed(patient) == []
    assert not (desktop.back / "erreurs").exists() or list((desktop.back / "erreurs").iterdir()) == []


def test_what_comes_from_the_future_is_read_once_whole(
    desktop: Desktop, transmitter: FolderTdt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of the share was set back: its files would wait until that time comes again."""
    whole, partial = desktop.bring("entier.xml", retour()), desktop.bring("partiel.xml", acquit("FLUX1")[:-20])
    future = [inbox.Found(path=path, age=-9) for path in (whole, partial)]
    monkeypatch.setattr(inbox.Inbox, "_settled", lambda _: iter(future))
    assert listed(transmitter) == [("entier.xml", "")]
    assert partial.exists()


def test_a_file_that_we_may_not_read_is_told_and_the_others_come(
    desktop: Desktop, transmitter: FolderTdt, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.bring("a.xml", retour())
    desktop.bring("b.xml", acquit("FLUX1"))
    real = os.open

    def refuse(path: Path, *rest: int) -> int:
        if Path(path).name == "a.xml":
            raise PermissionError(errno.EACCES, "no")
        return real(path, *rest)

    monkeypatch.setattr(os, "open", refuse)
    brought, told = unreadable(transmitter)
    assert [item.name for item in brought] == ["b.xml"]
    assert "« a.xml » ne peut pas être lue : droits insuffisants" in told
    assert (desktop.back / "a.xml").exists()


def _nomfic(path: Path) -> str | None:
    """Return the NomFic of an acquit, read by eye."""
    text = path.read_text(encoding="iso-8859-1")
    root = text.partition("?>")[2].lstrip()[:60].lower()
    return text.partition("NomFic V=")[2].split('"')[1] if "pes_acquit " in root else None


def test_a_large_answer_is_known_by_its_head_and_never_made_a_tree(
    desktop: Desktop, transmitter: FolderTdt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A retour of 120 MB of small elements took 1.8 GB."""

    def tree(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(etree, "fromstring", tree)
    desktop.bring("r.xml", b"<PES_Retour>" + b"<a/>" * inbox.HEAD + b"</PES_Retour>")
    desktop.bring("s.xml", b"<PES_Retour>" + b"<a/>" * inbox.HEAD + b"<b></PES_Retour>")
    brought, told = unreadable(transmitter)
    assert [item.name for item in brought] == ["r.xml"]
    assert "« s.xml »" in told


def test_the_acquit_of_others_is_left_to_them_even_broken(desktop: Desktop, transmitter: FolderTdt) -> None:
    path = desktop.bring("a.xml", acquit("AUTRE")[:-20])
    assert listed(transmitter) == []
    assert path.exists()


def test_an_answer_that_cannot_be_moved_keeps_no_other_waiting(
    desktop: Desktop, transmitter: FolderTdt, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a share its owner alone may move it."""
    desktop.bring("a.xml", acquit("FLUX1")[:-20])
    desktop.bring("b.xml", retour())

    def rename(path: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, "", str(path), None, str(target))

    monkeypatch.setattr(Path, "rename", rename)
    brought, told = unreadable(transmitter)
    assert [item.name for item in brought] == ["b.xml"]
    assert "« a.xml »" in told
    assert "droits insuffisants) : enlevez-la" in told
