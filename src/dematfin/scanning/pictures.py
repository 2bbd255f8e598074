"""A small grey picture of a page, for the readers: decoded from the scan itself when the page is nothing else.

The codes of a sheet are huge, and a small picture averages dither and noise out: it is read better than a large one.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import pikepdf
import pypdfium2
from PIL import Image

INCH: Final = 72
SMALL: Final = 67
"""Dots per inch below which a picture is not reduced: 5 dots for each module of a QR code."""
RENDERED: Final = 100
LARGEST_PICTURE: Final = 40_000_000
LONGEST_LONE_CONTENT: Final = 2000
"""Bytes of content beyond which a page says more than "show this image"."""
COVERS: Final = 0.95
PLAIN_SPACES: Final = frozenset({"/DeviceGray", "/DeviceRGB", "/CalGray", "/CalRGB"})
READABLE: Final = frozenset({"/DCTDecode", "/CCITTFaxDecode", "/FlateDecode"})
NOTHING: Final = (0, 0)
"""The number of no object."""
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A grey picture, and by how much the page shows it turned (degrees clockwise)."""

    image: Image.Image
    dpi: float
    turned: int


class Pictures:
    """Takes pictures of the pages of one file."""

    def __init__(self, path: Path, pdf: pikepdf.Pdf) -> None:
        self._path = path
        self._pdf = pdf
        self._last: tuple[tuple[int, int], bytes] = (NOTHING, b"")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if "_rendered" in self.__dict__:
            self._rendered.close()

    @cached_property
    def _rendered(self) -> pypdfium2.PdfDocument:
        return pypdfium2.PdfDocument(self._path)

    def raw(self, image: pikepdf.Stream) -> bytes:
        """Return the bytes of an image as they are stored; those of the last one are still there."""
        if image.objgen != self._last[0]:
            self._last = image.objgen, image.read_raw_bytes()
        return self._last[1]

    def small(self, number: int) -> Picture:
        """Return the picture of a page (from 0) that is read first."""
        page = self._pdf.pages[number]
        image = lone_image(page)
        found = self._decoded(page, image) if image is not None else None
        return found or self.rendered(number, RENDERED)

    def rendered(self, number: int, dpi: int) -> Picture:
        """Return a page as any reader of PDF shows it, at a resolution, or less when it is enormous."""
        page = self._rendered[number]
        try:
            width, height = page.get_size()
            dots = width * height / INCH**2
            within = min(float(dpi), (LARGEST_PICTURE / dots) ** 0.5) if dots else float(dpi)
            image = page.render(scale=within / INCH, grayscale=True, may_draw_forms=False).to_pil()
        finally:
            page.close()
        return Picture(image=image.convert("L"), dpi=within, turned=0)

    def _decoded(self, page: pikepdf.Page, image: pikepdf.Stream) -> Picture | None:
        """Return the image of a page, reduced while it is decoded; None when only a renderer knows what it shows."""
        if not _is_plain(image):
            return None
        left, _, right, _ = box(page)
        dpi = float(image.Width) * INCH / (right - left)
        found = self._opened(image)
        if found is None:
            return None
        if found.format == "JPEG":
            found.draft("L", (max(1, round(found.width * SMALL / dpi)), max(1, round(found.height * SMALL / dpi))))
        grey = found.convert("L")
        now = dpi * grey.width / float(image.Width)
        if now >= 2 * SMALL:
            grey = grey.reduce(int(now / SMALL))
            now = dpi * grey.width / float(image.Width)
        return Picture(image=grey, dpi=now, turned=int(page.rotation) % 360)

    def _opened(self, image: pikepdf.Stream) -> Image.Image | None:
        if "/DCTDecode" in _filters(image):
            found = Image.open(io.BytesIO(self.raw(image)), formats=["JPEG"])
            return found if found.mode in {"L", "RGB"} and found.size == _declared(image) else None
        return pikepdf.PdfImage(image).as_pil_image()


def lone_image(page: pikepdf.Page) -> pikepdf.Stream | None:
    """Return the image that a page is made of, if it is proved to be made of one image and of nothing else."""
    resources = page.resources
    drawn: Any = resources.get("/XObject", {})
    if len(drawn) != 1 or "/Font" in resources or "/Annots" in page.obj:
        return None
    name, image = next(iter(drawn.items()))
    if image.get("/Subtype") != "/Image" or "/ImageMask" in image or "/SMask" in image or "/Mask" in image:
        return None
    matrix = _shown_by(page, name)
    return image if matrix is not None and _covers(page, matrix) else None


def _shown_by(page: pikepdf.Page, name: str) -> Matrix | None:
    """Return the matrix by which a content of nothing but `q … cm … Do Q` shows an image upright."""
    if sum(len(stream.read_raw_bytes()) for stream in contents(page)) > LONGEST_LONE_CONTENT:
        return None
    orders = list(pikepdf.parse_content_stream(page))
    if [str(order.operator) for order in orders] not in (["q", "cm", "Do", "Q"], ["cm", "Do"]):
        return None
    placed, shown = orders[-3 if len(orders) > 2 else 0], orders[-2 if len(orders) > 2 else 1]  # noqa: PLR2004 - `q`
    if str(shown.operands[0]) != name:
        return None
    a, b, c, d, e, f = (float(number) for number in placed.operands)
    return (a, b, c, d, e, f) if a > 0 and d > 0 and b == c == 0 else None


def contents(page: pikepdf.Page) -> Iterator[pikepdf.Stream]:
    """Yield the content streams of a page."""
    found = page.obj.get("/Contents")
    if isinstance(found, pikepdf.Array):
        yield from (part for part in found if isinstance(part, pikepdf.Stream))
    elif isinstance(found, pikepdf.Stream):
        yield found


def _covers(page: pikepdf.Page, matrix: Matrix) -> bool:
    left, bottom, right, top = box(page)
    wide = min(right, matrix[4] + matrix[0]) - max(left, matrix[4])
    high = min(top, matrix[5] + matrix[3]) - max(bottom, matrix[5])
    return wide >= COVERS * (right - left) and high >= COVERS * (top - bottom)


def box(page: pikepdf.Page) -> tuple[float, float, float, float]:
    """Return the corners of what a page shows, in points."""
    x, y, other_x, other_y = (float(number) for number in page.cropbox)
    return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)


def _is_plain(image: pikepdf.Stream) -> bool:
    """Say whether the bytes of an image mean what they say, without a table, an inversion or a chain of filters."""
    names = _filters(image)
    return (
        len(names) == 1
        and names[0] in READABLE
        and str(image.get("/ColorSpace", "")) in PLAIN_SPACES
        and "/Decode" not in image
        and int(image.get("/BitsPerComponent", 0)) in {1, 8}
    )


def _filters(image: pikepdf.Stream) -> list[str]:
    found = image.get("/Filter")
    return [str(one) for one in found] if isinstance(found, pikepdf.Array) else [str(found)]


def _declared(image: pikepdf.Stream) -> tuple[int, int]:
    return int(image.get("/Width", 0)), int(image.get("/Height", 0))
