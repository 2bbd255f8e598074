"""Watched folders: a file is taken once, whole, by one program; whatever its name, nothing is lost."""

import fcntl
import os
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from dematfin.domain.paper.batch import Door
from dematfin.errors import ComeBackLater, DocumentError, Unreachable
from dematfin.ports.paper_folders import Parcel
from dematfin.scanning.folders import OURS, WatchedFolders
from dematfin.scanning.settings import ScanSettings

WHOLE = b"%PDF-1.4\n" + bytes(2000) + b"\n%%EOF\n"
CUT_SHORT = WHOLE[:-10]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Watch:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Watch:
    return Watch()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "depot"
    folder.mkdir()
    return folder


def watched(inbox: Path, clock: Watch, **settings: object) -> WatchedFolders:
    usual: dict[str, object] = {"depot": inbox, "stable": 0, "stable_max": 900}
    return WatchedFolders(ScanSettings.model_validate(usual | settings, context={"folder": inbox}), clock)


def names(parcels: Iterator[Parcel]) -> list[str]:
    return [parcel.name for parcel in parcels]


def test_a_whole_file_is_claimed_and_leaves_its_folder(inbox: Path, clock: Watch) -> None:
    (inbox / "scan.pdf").write_bytes(WHOLE)
    (parcel,) = watched(inbox, clock).arrivals()
    assert (parcel.name, parcel.place, parcel.whole, parcel.door) == ("scan.pdf", "", True, Door.SHEETS)
    assert parcel.path.read_bytes() == WHOLE
    assert not (inbox / "scan.pdf").exists()


def test_a_claim_is_found_again_until_it_is_done(inbox: Path, clock: Watch) -> None:
    """The run that claimed it was killed."""
    (inbox / "scan.pdf").write_bytes(WHOLE)
    (first,) = watched(inbox, clock).arrivals()
    again = watched(inbox, clock)
    (second,) = again.arrivals()
    assert second == first
    again.done(second)
    assert list(watched(inbox, clock).arrivals()) == []


def test_a_file_that_changed_a_moment_ago_is_left_alone(inbox: Path, clock: Watch) -> None:
    (inbox / "scan.pdf").write_bytes(WHOLE)
    assert names(watched(inbox, clock, stable=30).arrivals()) == []
    assert (inbox / "scan.pdf").exists()


def test_a_file_without_its_end_is_waited_for_then_given_up(inbox: Path, clock: Watch) -> None:
    (inbox / "scan.pdf").write_bytes(CUT_SHORT)
    assert names(watched(inbox, clock).arrivals()) == []
    (parcel,) = watched(inbox, clock, stable_max=0).arrivals()
    assert not parcel.whole


def test_a_copier_that_sends_page_by_page_is_taken_at_the_end_only(inbox: Path, clock: Watch) -> None:
    scan = inbox / "scan.pdf"
    for end in range(500, len(WHOLE) - 10, 500):
        scan.write_bytes(WHOLE[:end])
        assert names(watched(inbox, clock).arrivals()) == []
    scan.write_bytes(WHOLE)
    assert names(watched(inbox, clock).arrivals()) == ["scan.pdf"]


def test_a_tiff_has_no_end_and_is_left_alone_for_the_longest_time(inbox: Path, clock: Watch) -> None:
    (inbox / "scan.tif").write_bytes(b"II*\0" + bytes(100))
    assert names(watched(inbox, clock).arrivals()) == []
    assert [parcel.whole for parcel in watched(inbox, clock, stable_max=0).arrivals()] == [True]


def test_a_file_from_the_future_is_taken_once_it_stays_the_same(inbox: Path, clock: Watch) -> None:
    """The copier's clock is ahead: its files must neither block nor be taken while they grow."""
    scan = inbox / "scan.pdf"
    scan.write_bytes(WHOLE)
    later = scan.stat().st_mtime + 86_400
    os.utime(scan, (later, later))
    assert names(watched(inbox, clock, stable=30).arrivals()) == []
    clock.now += timedelta(seconds=20)
    assert names(watched(inbox, clock, stable=30).arrivals()) == []
    clock.now += timedelta(seconds=20)
    assert names(watched(inbox, clock, stable=30).arrivals()) == ["scan.pdf"]


def test_a_file_from_the_future_that_grows_is_seen_anew(inbox: Path, clock: Watch) -> None:
    scan = inbox / "scan.pdf"
    scan.touch()
    later = scan.stat().st_mtime + 86_400
    for size in (100, 200):
        scan.write_bytes(WHOLE[:size] + WHOLE[-8:])
        os.utime(scan, (later, later))
        assert names(watched(inbox, clock, stable=30).arrivals()) == []
        clock.now += timedelta(seconds=40)


@pytest.mark.parametrize(
    "name",
    [".cache.pdf", "~scan.pdf", "scan.pdf.part", "scan.tmp", "scan.filepart", "Thumbs.db", "desktop.ini"],
)
def test_what_passes_through_is_neither_taken_nor_told(inbox: Path, clock: Watch, name: str) -> None:
    (inbox / name).write_bytes(WHOLE)
    seen = watched(inbox, clock)
    assert names(seen.arrivals()) == []
    assert seen.ignored() == ()
    assert (inbox / name).exists()


def test_what_is_no_scan_is_left_and_told(inbox: Path, clock: Watch) -> None:
    (inbox / "courrier.docx").write_bytes(b"PK")
    seen = watched(inbox, clock)
    assert names(seen.arrivals()) == []
    (sentence,) = seen.ignored()
    assert "courrier.docx" in sentence


@pytest.mark.parametrize(
    "name",
    ["Facture été n°12.pdf", "..pdf".join(["a", ""]), "a" * 250 + ".pdf", "a\nb.PDF", "$(rm -rf ~).pdf", "--aide.pdf"],
)
def test_any_name_is_data(inbox: Path, clock: Watch, name: str) -> None:
    (inbox / name).write_bytes(WHOLE)
    (parcel,) = watched(inbox, clock).arrivals()
    assert parcel.name == name
    assert parcel.path.is_relative_to(inbox / OURS)
    assert parcel.path.name == "contenu.pdf"


def test_a_name_that_is_no_text_is_taken_too(inbox: Path, clock: Watch) -> None:
    with open(os.fsencode(inbox) + b"/scan\xff.pdf", "wb") as sink:  # noqa: PTH123 - bytes, as a copier sends them
        sink.write(WHOLE)
    (parcel,) = watched(inbox, clock).arrivals()
    assert parcel.path.read_bytes() == WHOLE


def test_a_link_is_never_followed(inbox: Path, clock: Watch, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(WHOLE)
    (inbox / "lien.pdf").symlink_to(secret)
    (inbox / "lot_2").symlink_to(tmp_path)
    assert names(watched(inbox, clock).arrivals()) == []
    assert secret.exists()


def test_a_folder_that_announces_its_invoices_is_read(inbox: Path, clock: Watch) -> None:
    for name in ("lot_12", "autre"):
        (inbox / name).mkdir()
        (inbox / name / "scan.pdf").write_bytes(WHOLE)
    (parcel,) = watched(inbox, clock).arrivals()
    assert parcel.place == "lot_12"


def test_a_folder_that_is_gone_stops_no_other(inbox: Path, clock: Watch, tmp_path: Path) -> None:
    (inbox / "scan.pdf").write_bytes(WHOLE)
    seen = watched(tmp_path / "parti", clock, factures=inbox)
    found = []
    with pytest.raises(Unreachable, match="parti"):
        for parcel in seen.arrivals():
            found.append(parcel.name)  # noqa: PERF401 - the error comes at the end
    assert found == ["scan.pdf"]


def test_two_programs_do_not_take_from_one_folder_together(inbox: Path, clock: Watch) -> None:
    (inbox / "un.pdf").write_bytes(WHOLE)
    (inbox / "deux.pdf").write_bytes(WHOLE)
    first = watched(inbox, clock).arrivals()
    next(first)
    with pytest.raises(ComeBackLater, match="autre traitement"):
        next(watched(inbox, clock).arrivals())
    assert names(first) == ["un.pdf"] or names(first) == []


def test_many_programs_take_each_file_once(inbox: Path, clock: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a share whose locks hold nobody back, the rename alone decides."""
    monkeypatch.setattr(fcntl, "flock", lambda *_: None)
    for number in range(20):
        (inbox / f"{number}.pdf").write_bytes(WHOLE + bytes([number]) + b"%%EOF")
    claimed: list[str] = []

    def take() -> None:
        for parcel in watched(inbox, clock).arrivals():
            claimed.append(f"{parcel.claim} {parcel.name}")  # noqa: PERF401 - as they come

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(claimed)) == 20
    assert sorted({one.split(" ")[1] for one in claimed}) == sorted(f"{number}.pdf" for number in range(20))


def test_a_folder_holds_an_invoice_and_its_annexes(inbox: Path, clock: Watch) -> None:
    folder = inbox / "Dupont mars"
    folder.mkdir()
    for name in ("bon de livraison.pdf", "Facture 12.pdf", "photo.jpg"):
        (folder / name).write_bytes(WHOLE + (b"\xff\xd9" if name.endswith("jpg") else b""))
    (parcel,) = watched(inbox, clock, depot=None, factures=inbox).arrivals()
    assert parcel.name == "Dupont mars/Facture 12.pdf"
    assert [one.name for one in parcel.companions] == ["bon de livraison.pdf", "photo.jpg"]
    assert not folder.exists()


def test_an_annex_still_on_its_way_makes_its_invoice_wait(inbox: Path, clock: Watch) -> None:
    folder = inbox / "Dupont"
    folder.mkdir()
    (folder / "facture.pdf").write_bytes(WHOLE)
    (folder / "annexe.pdf").write_bytes(CUT_SHORT)
    assert names(watched(inbox, clock, depot=None, factures=inbox).arrivals()) == []
    assert len(list(folder.iterdir())) == 2


def test_a_named_folder_stays_as_it_is(inbox: Path, clock: Watch, tmp_path: Path) -> None:
    (inbox / "scan.pdf").write_bytes(WHOLE)
    (inbox / "coupe.pdf").write_bytes(CUT_SHORT)
    (inbox / "texte.pdf").write_bytes(b"bonjour")
    found = watched(tmp_path, clock).named(inbox, Door.SHEETS)
    assert [(parcel.name, parcel.whole, parcel.claim) for parcel in found] == [
        ("coupe.pdf", False, ""),
        ("scan.pdf", True, ""),
        ("texte.pdf", True, ""),
    ]
    assert len(list(inbox.iterdir())) == 3


def test_a_named_folder_that_is_not_there_is_told(inbox: Path, clock: Watch) -> None:
    with pytest.raises(DocumentError, match="absent"):
        watched(inbox, clock).named(inbox / "rien", Door.SHEETS)
