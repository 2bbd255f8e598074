"""Files that mean harm, or that a copier spoiled: made here, small on disk."""

import io
import zlib
from collections.abc import Callable
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from dematfin.domain.paper.reasons import Reason
from dematfin.sandbox.copier import Settings, Side, scan
from scanning.stacks import invoice, sheet


def good(pages: int = 3) -> bytes:
    """A small stack."""
    return scan([Side(recto=sheet(1)), *(Side(recto=invoice(n / 10)) for n in range(pages - 1))], Settings(dpi=100))


def saved(pdf: Pdf, **options: object) -> bytes:
    sink = io.BytesIO()
    pdf.save(sink, **options)  # type: ignore[arg-type]  # as the test says
    return sink.getvalue()


def drawn(content: bytes, resources: Dictionary | None = None, size: tuple[float, float] = (595, 842)) -> bytes:
    """A page whose content is given."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=size)
    pdf.pages[0].obj.Contents = Stream(pdf, content)
    if resources is not None:
        pdf.pages[0].obj.Resources = resources
    return saved(pdf)


def pixel_bomb() -> bytes:
    """An image of 40,000 dots a side in a few bytes."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    image = Stream(pdf, zlib.compress(bytes(40_000 * 40_000 // 8), 9))
    image.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=40_000,
        Height=40_000,
        ColorSpace=Name.DeviceGray,
        BitsPerComponent=1,
        Filter=Name.FlateDecode,
    )
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im0=image))
    pdf.pages[0].obj.Contents = Stream(pdf, b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    return saved(pdf)


def large_image() -> bytes:
    """An image that is admitted, and takes 147 MB once decoded."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    image = Stream(pdf, zlib.compress(bytes(7000 * 7000 * 3), 9))
    image.stream_dict = Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=7000,
        Height=7000,
        ColorSpace=Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=Name.FlateDecode,
    )
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im0=image))
    pdf.pages[0].obj.Contents = Stream(pdf, b"q 595 0 0 842 0 0 cm /Im0 Do Q")
    return saved(pdf)


def content_bomb() -> bytes:
    """A content of 100 MB in 100 kB."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    stream = Stream(pdf, zlib.compress(b"0 0 m " * 17_000_000, 9))
    stream.stream_dict = Dictionary(Filter=Name.FlateDecode)
    pdf.pages[0].obj.Contents = stream
    return saved(pdf)


def many_pages() -> bytes:
    pdf = pikepdf.new()
    for _ in range(2001):
        pdf.add_blank_page(page_size=(595, 842))
    return saved(pdf)


def without_pages() -> bytes:
    pdf = pikepdf.new()
    return saved(pdf)


def locked() -> bytes:
    pdf = pikepdf.open(io.BytesIO(good()))
    return saved(pdf, encryption=pikepdf.Encryption(owner="o", user="u"))


def cut_in_the_middle() -> bytes:
    """Cut at sixty hundredths, then ended as if it were whole: mending would lose pages without a word."""
    data = good(5)
    return data[: len(data) * 6 // 10] + b"\nstartxref\n0\n%%EOF\n"


def without_index() -> bytes:
    data = good()
    return data[: data.rindex(b"xref\n0 ")] + b"\nstartxref\n0\n%%EOF\n"


def forms_in_forms() -> bytes:
    """A form that draws itself."""
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    form = pdf.make_indirect(Stream(pdf, b"/Me Do"))
    form.stream_dict = Dictionary(Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 595, 842]))
    form.Resources = Dictionary(XObject=Dictionary(Me=form))
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Me=form))
    pdf.pages[0].obj.Contents = Stream(pdf, b"/Me Do")
    return saved(pdf)


FILES: Final[dict[str, tuple[Callable[[], bytes], Reason]]] = {
    "empty": (lambda: b"", Reason.EMPTY),
    "text": (lambda: b"bonjour\n" * 200, Reason.NOT_PDF),
    "program": (lambda: b"MZ" + bytes(3000), Reason.NOT_PDF),
    "password": (locked, Reason.ENCRYPTED),
    "cut in the middle": (cut_in_the_middle, Reason.DAMAGED),
    "index removed": (without_index, Reason.DAMAGED),
    "no page": (without_pages, Reason.EMPTY),
    "too many pages": (many_pages, Reason.TOO_MANY_PAGES),
    "40,000 dots a side": (pixel_bomb, Reason.PIXEL_LIMIT),
    "100 MB of content": (content_bomb, Reason.TOO_BIG),
    "five metres a side": (lambda: drawn(b"", size=(14_400, 14_400)), Reason.TOO_BIG),
}
