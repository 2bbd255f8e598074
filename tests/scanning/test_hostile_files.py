"""A hostile file costs one quarantined file, never the service."""

import sys
from pathlib import Path

import pikepdf
import pytest

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import ComeBackLater, PaperRefused
from dematfin.scanning import warden
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from dematfin.scanning.warden import Bounds, watch
from scanning.hostile import FILES, drawn, forms_in_forms, good, large_image, saved


@pytest.mark.parametrize("name", FILES)
def test_each_hostile_file_is_refused_for_its_reason(paper: Paper, tmp_path: Path, name: str) -> None:
    make, reason = FILES[name]
    path = tmp_path / "piege.pdf"
    path.write_bytes(make())
    with pytest.raises(PaperRefused) as refused:
        paper.look(path, sheets=True)
    assert refused.value.code == reason
    assert str(refused.value).endswith(".")


def test_a_form_that_draws_itself_harms_nobody(paper: Paper, tmp_path: Path) -> None:
    path = tmp_path / "piege.pdf"
    path.write_bytes(forms_in_forms())
    (seen,) = paper.look(path, sheets=True)
    assert seen.sheet is None


def test_a_protection_that_anybody_may_open_is_no_obstacle(paper: Paper, tmp_path: Path) -> None:
    """Suppliers forbid printing or copying: such a file opens without any password."""
    plain, path = tmp_path / "plain.pdf", tmp_path / "protege.pdf"
    plain.write_bytes(good())
    with pikepdf.open(plain) as pdf:
        path.write_bytes(saved(pdf, encryption=pikepdf.Encryption(owner="o", user="")))
    assert [seen.digest for seen in paper.look(path, sheets=True)] == [
        seen.digest for seen in paper.look(plain, sheets=True)
    ]


def test_a_page_that_takes_all_the_memory_kills_its_own_process_only(tmp_path: Path) -> None:
    path = tmp_path / "gourmand.pdf"
    path.write_bytes(large_image())
    tight = Bounds(memory=300_000_000, seconds=20)
    task = {"do": "inspect", "path": str(path), "limits": {}, "watch": {}, "part": 0, "parts": 1}
    with pytest.raises(PaperRefused) as refused:
        list(watch([task], tight))
    assert refused.value.code == Reason.CRASH


def test_a_page_that_takes_too_long_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warden, "START", 1)
    heavy = tmp_path / "lent.pdf"
    heavy.write_bytes(
        drawn(b"".join(b"%d %d m %d %d l S " % (n % 595, n % 842, n % 311, n % 97) for n in range(600_000)))
    )
    paper = Paper(ScanSettings(secondes_par_page=1))
    with pytest.raises(PaperRefused) as refused:
        for _ in range(50):
            paper.look(heavy, sheets=True)
    assert refused.value.code == Reason.TIMEOUT


def test_a_process_that_babbles_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warden, "COMMAND", (sys.executable, "-c", "print('ouille')"))
    with pytest.raises(PaperRefused) as refused:
        list(watch([{"do": "inspect"}], Bounds(memory=10**9, seconds=5)))
    assert refused.value.code == Reason.CRASH


def test_a_full_disk_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "raise OSError(28, 'No space left on device')"
    monkeypatch.setattr(warden, "COMMAND", (sys.executable, "-c", words))
    with pytest.raises(ComeBackLater, match="disque"):
        list(watch([{"do": "split"}], Bounds(memory=10**9, seconds=5)))


def test_the_process_that_opens_files_knows_its_own_limits_only(tmp_path: Path) -> None:
    """Whatever one file does, the next one is read as if nothing had happened."""
    paper = Paper(ScanSettings())
    for name in ("password", "text"):
        bad = tmp_path / "bad.pdf"
        bad.write_bytes(FILES[name][0]())
        with pytest.raises(PaperRefused):
            paper.look(bad, sheets=True)
    fine = tmp_path / "fine.pdf"
    fine.write_bytes(good())
    assert [bool(seen.sheet) for seen in paper.look(fine, sheets=True)] == [True, False, False]
