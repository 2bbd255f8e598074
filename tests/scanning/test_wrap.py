"""TIFF and JPEG: wrapped in a PDF without a loss."""

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image, ImageChops

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import PaperRefused
from dematfin.scanning.admission import images
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from scanning.stacks import invoice, sheet

PAGES = (sheet(7), invoice(0.3), invoice(0.4))


def tiff(mode: str, **options: object) -> bytes:
    sink = io.BytesIO()
    first, *others = (page.convert(mode) for page in PAGES)
    first.save(sink, "TIFF", save_all=True, append_images=others, dpi=(150, 150), **options)
    return sink.getvalue()


def wrapped(paper: Paper, tmp_path: Path, data: bytes) -> Path:
    source = tmp_path / "image"
    source.write_bytes(data)
    made = paper.as_pdf(source, tmp_path)
    assert made != source
    return made


@pytest.mark.parametrize("mode", ["1", "L", "RGB"])
@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_deflate", "packbits"])
def test_every_dot_of_a_tiff_is_kept(paper: Paper, tmp_path: Path, mode: str, compression: str | None) -> None:
    made = wrapped(paper, tmp_path, tiff(mode, compression=compression))
    _same_dots(made, mode)


def test_every_dot_of_a_fax_is_kept(paper: Paper, tmp_path: Path) -> None:
    for strip in (1 << 30, 4096):
        made = wrapped(paper, tmp_path, tiff("1", compression="group4", strip_size=strip))
        _same_dots(made, "1")


def _same_dots(made: Path, mode: str) -> None:
    with pikepdf.open(made) as pdf:
        found = [pikepdf.PdfImage(next(images(page))).as_pil_image().convert(mode) for page in pdf.pages]
    assert len(found) == len(PAGES)
    for page, dots in zip(PAGES, found, strict=True):
        assert ImageChops.difference(page.convert(mode).convert("RGB"), dots.convert("RGB")).getbbox() is None


def test_the_bytes_of_a_jpeg_are_kept(paper: Paper, tmp_path: Path) -> None:
    sink = io.BytesIO()
    PAGES[1].save(sink, "JPEG", dpi=(150, 150))
    made = wrapped(paper, tmp_path, sink.getvalue())
    with pikepdf.open(made) as pdf:
        (image,) = pdf.pages[0].resources.XObject.values()
        assert bytes(image.read_raw_bytes()) == sink.getvalue()
        assert [round(float(side)) for side in pdf.pages[0].mediabox[2:]] == [595, 842]


def test_a_photograph_is_shown_as_it_was_held(paper: Paper, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    sink = io.BytesIO()
    PAGES[1].save(sink, "JPEG", exif=exif)
    with pikepdf.open(wrapped(paper, tmp_path, sink.getvalue())) as pdf:
        assert pdf.pages[0].rotation == 90


def test_a_wrapped_stack_is_read_like_any_other(paper: Paper, tmp_path: Path) -> None:
    seen = paper.look(wrapped(paper, tmp_path, tiff("1", compression="group4")), sheets=True)
    assert [bool(page.sheet) for page in seen] == [True, False, False]


def test_what_is_shown_is_what_was_scanned(paper: Paper, tmp_path: Path) -> None:
    made = wrapped(paper, tmp_path, tiff("1", compression="group4"))
    shown = pypdfium2.PdfDocument(made)[0].render(scale=150 / 72, grayscale=True).to_pil()
    gap = ImageChops.difference(shown.resize(PAGES[0].size), PAGES[0].convert("1").convert("L"))
    assert sum(gap.histogram()[128:]) < 0.02 * gap.width * gap.height


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"II*\0" + bytes(100), Reason.DAMAGED),
        (b"\xff\xd8\xff\xe0" + bytes(100), Reason.DAMAGED),
    ],
)
def test_a_spoiled_image_is_refused(paper: Paper, tmp_path: Path, data: bytes, reason: Reason) -> None:
    with pytest.raises(PaperRefused) as refused:
        wrapped(paper, tmp_path, data)
    assert refused.value.code == reason


def test_an_image_cut_short_is_refused(paper: Paper, tmp_path: Path) -> None:
    data = tiff("L", compression="tiff_lzw")
    with pytest.raises(PaperRefused):
        wrapped(paper, tmp_path, data[: len(data) // 3])


def test_an_image_that_a_pdf_would_not_show_exactly_is_refused(paper: Paper, tmp_path: Path) -> None:
    sink = io.BytesIO()
    Image.new("I;16", (100, 100)).save(sink, "TIFF")
    with pytest.raises(PaperRefused) as refused:
        wrapped(paper, tmp_path, sink.getvalue())
    assert refused.value.code == Reason.NOT_PDF


def test_a_huge_image_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    sink = io.BytesIO()
    Image.new("1", (12_000, 12_000)).save(sink, "TIFF", compression="group4")
    with pytest.raises(PaperRefused) as refused:
        wrapped(Paper(ScanSettings()), tmp_path, sink.getvalue())
    assert refused.value.code == Reason.PIXEL_LIMIT
