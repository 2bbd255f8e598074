"""Two readers, one after the other; the second is asked only where a doubt is left."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from dematfin.domain.paper.sheet import Sheet
from dematfin.sandbox.copier import Settings, Side, scan
from dematfin.scanning import separators
from dematfin.scanning.likeness import likeness
from dematfin.scanning.pictures import Pictures
from dematfin.scanning.readers import zbar, zxing
from dematfin.scanning.separators import Found, find_sheet
from official import needs_zbar
from scanning.stacks import invoice, sheet


@needs_zbar
def test_both_readers_read_a_sheet_and_say_how_it_lies() -> None:
    for turned in (0, 90, 180, 270):
        picture = sheet(42).rotate(-turned, expand=True)
        for codes in (zxing(picture, 150), zbar(picture)):
            ways = {code.turned for code in codes if code.text.startswith("DMF1:F:SCOLAIRE:000042:")}
            assert turned in ways


def find(path: Path, side: Image.Image, *, patcht: bool = False) -> Found:
    path.write_bytes(scan([Side(recto=side)], Settings(dpi=150)))
    with pikepdf.open(path) as pdf, Pictures(path, pdf) as pictures:
        return find_sheet(pictures, 0, pictures.small(0), patcht=patcht)


@needs_zbar
def test_what_the_first_reader_misses_the_second_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separators, "zxing", lambda *_, **__: iter(()))
    found = find(tmp_path / "scan.pdf", sheet(42))
    assert found.sheet == Sheet(route="SCOLAIRE", serial=42)
    assert found.rung.startswith("zbar")


def test_a_sheet_that_nobody_can_read_is_suspected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(separators, "zxing", lambda *_, **__: iter(()))
    monkeypatch.setattr(separators, "zbar", lambda *_: iter(()))
    found = find(tmp_path / "scan.pdf", sheet(42))
    assert (found.sheet, found.suspicion) == (None, separators.LOOKS_SO)


def test_an_invoice_asks_for_no_second_opinion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: Any) -> Any:
        pytest.fail("a second look costs twenty times the first one")

    monkeypatch.setattr(separators, "_second_looks", never)
    for seed in range(20):
        assert find(tmp_path / "scan.pdf", invoice(seed / 20)) == Found()


def test_a_wrong_checksum_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def misread(image: Image.Image, dpi: float, **_: Any) -> Any:
        return (replace(code, text=code.text.replace("000042", "000043")) for code in zxing(image, dpi))

    monkeypatch.setattr(separators, "zxing", misread)
    monkeypatch.setattr(separators, "zbar", lambda *_: iter(()))
    assert find(tmp_path / "scan.pdf", sheet(42)).suspicion == separators.DAMAGED


def test_a_sheet_of_which_one_code_is_left_is_read(tmp_path: Path) -> None:
    torn = sheet(42).copy()
    pen = ImageDraw.Draw(torn)
    pen.rectangle((0, 0, torn.width, torn.height * 2 // 3), fill=255)
    assert find(tmp_path / "scan.pdf", torn).sheet == Sheet(route="SCOLAIRE", serial=42)


@pytest.mark.parametrize("kind", ["Code128", "Code39", "QRCode"])
def test_a_foreign_separator_is_read_where_it_is_asked_for(tmp_path: Path, kind: str) -> None:
    form = zxingcpp.barcode_format_from_str(kind)
    code = Image.fromarray(zxingcpp.create_barcode("PATCHT", form).to_image(scale=5)).convert("L")
    page = invoice(0.9).copy()
    page.paste(code, (200, 900))
    assert find(tmp_path / "scan.pdf", page, patcht=True).sheet == Sheet()
    assert find(tmp_path / "scan.pdf", page).sheet is None
    assert find(tmp_path / "scan.pdf", sheet(42), patcht=True).sheet == Sheet(route="SCOLAIRE", serial=42)


def test_no_invoice_looks_like_a_sheet() -> None:
    assert not [seed for seed in range(60) if likeness(invoice(seed / 60)).is_sheet]
    assert likeness(sheet(1)).is_sheet
    assert likeness(Image.new("L", (600, 800), 255)).sheet == 0
