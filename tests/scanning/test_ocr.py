"""Optical recognition, by the real Tesseract: pages through a copier, a page that takes too long, no program."""

import stat
import sys
from pathlib import Path

import pytest

from dematfin.domain.paper.proposals import Field, Source, Trust, propose
from dematfin.errors import ConfigError, PaperRefused
from dematfin.scanning import ocr
from domain.layouts import KNOWN, LAYOUTS, PAPER_SHOP, Layout
from official import needs_tesseract
from scanning.pages import printed, scanned


@needs_tesseract
@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_a_scan_says_what_was_printed(layout: Layout, tmp_path: Path) -> None:
    scan = scanned(printed(tmp_path / "facture.pdf", layout.text), tmp_path / "scan.pdf")
    found = propose(ocr.recognise(scan, [0]), Source.OCR, KNOWN)
    assert {one.field: one.value for one in found} == layout.says


@needs_tesseract
def test_a_scan_of_a_known_supplier_is_sure(tmp_path: Path) -> None:
    scan = scanned(printed(tmp_path / "facture.pdf", PAPER_SHOP.text), tmp_path / "scan.pdf")
    found = {one.field: one.trust for one in propose(ocr.recognise(scan, [0]), Source.OCR, KNOWN)}
    sure = {Field.SIRET, Field.IBAN, Field.HT, Field.TVA, Field.TTC, Field.ENGAGEMENT}
    assert {found[name] for name in sure} == {Trust.SURE}


@needs_tesseract
def test_pages_come_in_the_order_asked(tmp_path: Path) -> None:
    pdf = printed(tmp_path / "deux.pdf", "PREMIERE", "SECONDE")
    assert [text.strip() for text in ocr.recognise(pdf, [1, 0])] == ["SECONDE", "PREMIERE"]


@needs_tesseract
def test_the_version_is_told() -> None:
    assert ocr.available()[0].isdigit()


def program(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put another program in the place of Tesseract."""
    path = folder / "tesseract"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_a_page_that_takes_too_long_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, f"exec {sys.executable} -c 'import time; time.sleep(30); print(1)'", monkeypatch)
    monkeypatch.setattr(ocr, "SECONDS", 0.2)
    assert ocr.recognise(printed(tmp_path / "facture.pdf", "page"), [0]) == ("",)


def test_a_page_that_the_program_gives_up_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "echo faux; exit 1", monkeypatch)
    assert ocr.recognise(printed(tmp_path / "facture.pdf", "page"), [0]) == ("",)


def test_the_program_gets_one_thread_and_a_grey_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, 'echo "$OMP_THREAD_LIMIT $*"; head -c 12', monkeypatch)
    (text,) = ocr.recognise(printed(tmp_path / "facture.pdf", "page"), [0])
    assert text.splitlines() == ["1 stdin stdout -l fra --psm 6 --dpi 300", "P5", "2481 3508"]


def test_without_the_program_the_packages_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match="tesseract-ocr-fra"):
        ocr.available()
    with pytest.raises(ConfigError, match="tesseract-ocr-fra"):
        ocr.recognise(printed(tmp_path / "facture.pdf", "page"), [0])


@pytest.mark.parametrize("script", ["echo 'tesseract 5.3.0'", "exit 1", "printf 'eng\\nosd\\nfrangais\\n'"])
def test_without_its_french_the_packages_are_named(
    script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program(tmp_path, script, monkeypatch)
    with pytest.raises(ConfigError, match="tesseract-ocr-fra"):
        ocr.available()


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\nrien"])
def test_what_is_no_pdf_is_refused(data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "cat >/dev/null", monkeypatch)
    path = tmp_path / "faux.pdf"
    path.write_bytes(data)
    with pytest.raises(PaperRefused):
        ocr.recognise(path, [0])


def test_a_page_that_is_not_there_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "cat >/dev/null", monkeypatch)
    with pytest.raises(PaperRefused):
        ocr.recognise(printed(tmp_path / "facture.pdf", "page"), [3])
