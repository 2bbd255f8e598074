"""What finance software, network shares and people do to exchange folders: nothing is lost, followed or overwritten."""

import errno
import fcntl
import os
import shutil
from pathlib import Path

import pytest

from dematfin.domain.exchange.hand_over import HandOverKind
from dematfin.errors import ComeBackLater, ConfigError, Refused, Unreachable
from dematfin.finance import exports as module
from dematfin.finance.exchange import ExchangeFolders
from dematfin.finance.exchange_settings import ExchangeSettings

FLOW = b"<n:PES_Aller xmlns:n='x'></n:PES_Aller>"
RETOUR = HandOverKind.RETOUR


@pytest.fixture
def depot(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    return folder


def exchange(depot: Path, **keys: object) -> ExchangeFolders:
    return ExchangeFolders(ExchangeSettings.model_validate({"depot_pes": depot, "stable": 0} | keys))


def names(folders: ExchangeFolders) -> list[str]:
    return [one.name for one in folders.exports()]


@pytest.mark.parametrize(
    "data",
    [
        FLOW,
        FLOW + b"\r\n \n",
        b"<PES_Aller></PES_Aller >",
        FLOW + b"<!-- e.magnus -->\n",
        FLOW.decode().encode("utf-16"),
        b"<n:pes_aller>" + b"x" * 5000 + b"</n:pes_aller>",
    ],
    ids=["plain", "blanks", "no prefix", "comment", "utf-16", "long"],
)
def test_a_flow_is_known_by_its_end(depot: Path, data: bytes) -> None:
    (depot / "flux.xml").write_bytes(data)
    assert names(exchange(depot)) == ["flux.xml"]


@pytest.mark.parametrize(
    "data", [FLOW[:-1], b"", b"<n:PES_Retour></n:PES_Retour>", FLOW + b"<suite", b"x" * 5000], ids=range(5)
)
def test_a_file_without_its_end_is_left_and_told(depot: Path, data: bytes) -> None:
    (depot / "flux.xml").write_bytes(data)
    folders = exchange(depot)
    assert names(folders) == []
    assert (depot / "flux.xml").read_bytes() == data
    (told,) = folders.ignored()
    assert "« flux.xml » n'est pas pris" in told


def test_a_file_that_has_just_changed_waits(depot: Path) -> None:
    (depot / "flux.xml").write_bytes(FLOW)
    assert names(exchange(depot, stable=60)) == []
    assert (depot / "flux.xml").exists()


def test_what_comes_from_the_future_is_taken_once_whole(depot: Path) -> None:
    (depot / "flux.xml").write_bytes(FLOW)
    os.utime(depot / "flux.xml", (4e9, 4e9))
    assert names(exchange(depot, stable=60)) == ["flux.xml"]


def test_only_plain_files_are_taken(depot: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_bytes(FLOW)
    (depot / "lien.xml").symlink_to(secret)
    (depot / "dur").mkdir()
    (depot / "dur" / "flux.xml").write_bytes(FLOW)
    os.mkfifo(depot / "tube.xml")
    for name in (".cache.xml", "~flux.xml", "flux.xml.part", "flux.TMP"):
        (depot / name).write_bytes(FLOW)
    folders = exchange(depot)
    assert names(folders) == []
    assert secret.read_bytes() == FLOW
    assert [one.split(" n'est")[0] for one in folders.ignored()] == ["« dur »", "« lien.xml »", "« tube.xml »"]


@pytest.mark.parametrize("raw", ["a\nb\x1b[31m.xml", "é" * 120 + ".xml", "..xml;rm -rf .xml", "%2e%2e%2f.xml"])
def test_a_name_is_data(depot: Path, raw: str) -> None:
    (depot / "x").write_bytes(FLOW)
    (depot / "x").rename(depot / raw)
    folders = exchange(depot)
    if raw.startswith("."):
        assert names(folders) == []
        return
    (one,) = folders.exports()
    assert one.name.isprintable()
    folders.refuse(one, "Illisible.")
    (kept, why) = sorted((depot / "refusés").iterdir(), key=lambda path: path.name.endswith(".txt"))
    assert kept.read_bytes() == FLOW
    assert "Illisible." in why.read_text(encoding="utf-8")
    assert "exportez de nouveau" in why.read_text(encoding="utf-8")
    assert why.name == f"{kept.name}.txt"


def test_an_undecodable_name_is_taken(depot: Path) -> None:
    with open(os.fsencode(depot) + b"/\xff\xfe.xml", "wb") as sink:  # noqa: PTH123 - a name that is no text
        sink.write(FLOW)
    folders = exchange(depot)
    (one,) = folders.exports()
    assert one.name.isprintable()
    folders.refuse(one, "Non.")
    assert len(list((depot / "refusés").iterdir())) == 2


def test_two_refused_files_of_one_name_are_both_kept(depot: Path) -> None:
    folders = exchange(depot)
    for turn in ("un", "deux"):
        (depot / "flux.xml").write_bytes(FLOW + turn.encode() * 0)
        (one,) = folders.exports()
        folders.refuse(one, turn)
    assert sorted(path.name for path in (depot / "refusés").iterdir()) == [
        "2_flux.xml",
        "2_flux.xml.txt",
        "flux.xml",
        "flux.xml.txt",
    ]


def test_a_huge_file_is_refused_unread(depot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST", 20)
    (depot / "flux.xml").write_bytes(FLOW)
    folders = exchange(depot)
    assert names(folders) == []
    assert "plus qu'aucun flux" in (depot / "refusés" / "flux.xml.txt").read_text(encoding="utf-8")


def test_two_runs_do_not_take_the_same_file(depot: Path) -> None:
    (depot / "flux.xml").write_bytes(FLOW)
    folders = exchange(depot)
    (one,) = folders.exports()
    assert one.name == "flux.xml"
    with (depot / ".dematfin" / "pris" / "verrou").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ComeBackLater, match="déjà relevé"):
            names(folders)


def test_a_run_keeps_the_folder_for_itself_while_it_takes(depot: Path) -> None:
    for name in ("a.xml", "b.xml"):
        (depot / name).write_bytes(FLOW)
    taking = exchange(depot).exports()
    assert next(taking).name == "a.xml"
    with pytest.raises(ComeBackLater):
        names(exchange(depot))
    assert [one.name for one in taking] == ["b.xml"]


def test_a_depot_that_is_gone_is_said_in_french(depot: Path) -> None:
    shutil.rmtree(depot)
    with pytest.raises(Unreachable, match="ne peut pas servir : fichier ou dossier absent"):
        names(exchange(depot))
    with pytest.raises(Unreachable, match="Vérifiez que le partage est là"):
        exchange(depot).ignored()


def test_our_place_is_no_link(depot: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "ailleurs"
    elsewhere.mkdir()
    (depot / ".dematfin").symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="sous-dossier"):
        names(exchange(depot))


def test_a_share_that_is_not_mounted_takes_nothing_for_given(depot: Path, tmp_path: Path) -> None:
    back = tmp_path / "retours"
    back.mkdir()
    folders = exchange(depot, retours=back)
    folders.prepare(RETOUR)
    (tmp_path / "source").write_bytes(b"1")
    folders.stage(RETOUR, "r.xml", tmp_path / "source")
    back.rename(tmp_path / "partage-démonté")
    back.mkdir()
    with pytest.raises(ConfigError, match="pas le bon, ou son partage n'est pas monté"):
        folders.put(RETOUR, "000001", ["r.xml"], b"{}")


def test_a_stranger_that_took_the_name_meanwhile_stays(depot: Path, tmp_path: Path) -> None:
    back = tmp_path / "retours"
    back.mkdir()
    folders = exchange(depot, retours=back)
    folders.prepare(RETOUR)
    (tmp_path / "source").write_bytes(b"1")
    folders.stage(RETOUR, "r.xml", tmp_path / "source")
    (back / "r.xml").write_bytes(b"autre")
    with pytest.raises(Refused, match="Un autre fichier porte déjà le nom"):
        folders.put(RETOUR, "000001", ["r.xml"], b"{}")
    assert (back / "r.xml").read_bytes() == b"autre"
    (back / "r.xml").unlink()
    folders.put(RETOUR, "000001", ["r.xml"], b"{}")
    assert (back / "r.xml").read_bytes() == b"1"


def test_a_place_that_was_emptied_is_no_proof_that_all_was_given(depot: Path, tmp_path: Path) -> None:
    back = tmp_path / "retours"
    back.mkdir()
    folders = exchange(depot, retours=back)
    folders.prepare(RETOUR)
    (tmp_path / "source").write_bytes(b"1")
    for name in ("a.xml", "b.xml"):
        folders.stage(RETOUR, name, tmp_path / "source")
    assert not folders.begun(RETOUR, "000001", b"recu")
    folders.put(RETOUR, "000001", ["a.xml"], b"recu")
    assert folders.begun(RETOUR, "000001", b"recu")
    assert not folders.begun(RETOUR, "000001", b"autre")
    assert folders.receipts(RETOUR, "0") == (b"recu",)
    assert folders.receipts(RETOUR, "000001") == ()
    shutil.rmtree(back / ".dematfin")
    assert folders.receipts(RETOUR, "0") == ()
    folders.prepare(RETOUR)
    assert not folders.begun(RETOUR, "000001", b"recu")
    for name in ("a.xml", "b.xml"):  # the first is there, byte for byte
        folders.stage(RETOUR, name, tmp_path / "source")
    folders.put(RETOUR, "000001", ["a.xml", "b.xml"], b"recu")
    assert sorted(path.name for path in back.iterdir() if path.is_file()) == ["a.xml", "b.xml"]


@pytest.mark.parametrize("planted", ["r.xml.part", ".000001.recu.part", ".000001.recu"])
def test_a_link_planted_in_our_place_is_not_written_through(depot: Path, tmp_path: Path, planted: str) -> None:
    back, secret = tmp_path / "retours", tmp_path / "secret"
    back.mkdir()
    secret.write_bytes(b"secret")
    folders = exchange(depot, retours=back)
    folders.prepare(RETOUR)
    (back / ".dematfin" / "remises" / planted).symlink_to(secret)
    (tmp_path / "source").write_bytes(b"1")
    folders.stage(RETOUR, "r.xml", tmp_path / "source")
    if planted.endswith(".recu"):
        with pytest.raises(Unreachable):
            folders.put(RETOUR, "000001", ["r.xml"], b"recu")
    else:
        folders.put(RETOUR, "000001", ["r.xml"], b"recu")
        assert (back / "r.xml").read_bytes() == b"1"
    assert secret.read_bytes() == b"secret"


def test_a_link_planted_among_the_claims_spoils_nothing(depot: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    folders = exchange(depot)
    assert names(folders) == []
    (depot / ".dematfin" / "pris" / "horloge").unlink()
    (depot / ".dematfin" / "pris" / "horloge").symlink_to(secret)
    (depot / "flux.xml").write_bytes(FLOW)
    assert names(folders) == ["flux.xml"]
    assert secret.read_bytes() == b"secret"


def test_a_file_that_nobody_may_move_keeps_no_other_waiting(depot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a.xml", "b.xml"):
        (depot / name).write_bytes(FLOW)
    rename = Path.rename

    def kept(path: Path, target: Path) -> Path:
        if path.name == "a.xml":
            raise PermissionError(errno.EACCES, "")
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", kept)
    taking = exchange(depot).exports()
    assert next(taking).name == "b.xml"
    with pytest.raises(Unreachable, match="ne peut pas servir"):
        next(taking)


def test_a_kind_without_folder_is_not_received(depot: Path) -> None:
    folders = exchange(depot)
    assert not any(folders.receives(kind) for kind in HandOverKind)
    with pytest.raises(Unreachable, match="pas de dossier"):
        folders.prepare(RETOUR)
    assert names(ExchangeFolders(ExchangeSettings())) == []
