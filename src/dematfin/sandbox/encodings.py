"""The ways in which copiers put a page into a PDF."""

import io
import zlib
from typing import Any, Final

from pikepdf import Array, Dictionary, Name, Page, Pdf, Stream
from PIL import Image, TiffImagePlugin

QUALITY: Final = 75
HEIGHT: Final = 256
"""Lines of a strip."""
INK: Final = 110


def jpeg(pdf: Pdf, page: Page, image: Image.Image) -> None:
    """One JPEG, grey or colour."""
    _only(pdf, page, {"Im0": _jpeg(pdf, image)})


def flate(pdf: Pdf, page: Page, image: Image.Image) -> None:
    """One image without loss, of one bit or one byte a dot."""
    _only(pdf, page, {"Im0": _flate(pdf, image)})


def bitonal(pdf: Pdf, page: Page, image: Image.Image) -> None:
    """One CCITT G4 image."""
    sink = io.BytesIO()
    image.save(sink, "TIFF", compression="group4", strip_size=1 << 30)
    sink.seek(0)
    with TiffImagePlugin.TiffImageFile(sink) as tiff:
        offset, length, white = tiff.tag_v2[273][0], tiff.tag_v2[279][0], tiff.tag_v2[262] == 0
    data = sink.getvalue()[offset : offset + length]
    parameters = Dictionary(K=-1, Columns=image.width, Rows=image.height, BlackIs1=not white)
    found = Stream(pdf, data, _image(image, 1, Filter=Name.CCITTFaxDecode, DecodeParms=parameters))
    _only(pdf, page, {"Im0": found})


def mrc(pdf: Pdf, page: Page, image: Image.Image) -> None:
    """A coarse background in JPEG, the ink over it as a stencil of one bit."""
    ground = image.resize((image.width // 4, image.height // 4)).point(lambda level: max(level, 230))
    ink = image.point(lambda level: 0 if level < INK else 255).convert("1", dither=Image.Dither.NONE)
    mask = _flate(pdf, ink)
    del mask.ColorSpace
    mask.ImageMask = True
    page.obj.Resources = Dictionary(XObject=Dictionary(Bg=_jpeg(pdf, ground), Ink=mask))
    width, height = _size(page)
    place = f"{width} 0 0 {height} 0 0 cm"
    page.obj.Contents = Stream(pdf, f"q {place} /Bg Do Q q 0 g {place} /Ink Do Q".encode())


def strips(pdf: Pdf, page: Page, image: Image.Image) -> None:
    """Several images, one below the other."""
    width, height = _size(page)
    scale = height / image.height
    images, orders = {}, []
    for number, top in enumerate(range(0, image.height, HEIGHT)):
        part = image.crop((0, top, image.width, min(top + HEIGHT, image.height)))
        images[f"/S{number}"] = _jpeg(pdf, part)
        bottom = height - (top + part.height) * scale
        orders.append(f"q {width} 0 0 {part.height * scale} 0 {bottom} cm /S{number} Do Q")
    page.obj.Resources = Dictionary(XObject=Dictionary(images))
    page.obj.Contents = Stream(pdf, "\n".join(orders).encode())


def _only(pdf: Pdf, page: Page, images: dict[str, Stream]) -> None:
    """Fill the page with one image."""
    width, height = _size(page)
    page.obj.Resources = Dictionary(XObject=Dictionary({f"/{name}": image for name, image in images.items()}))
    page.obj.Contents = Stream(pdf, f"q {width} 0 0 {height} 0 0 cm /Im0 Do Q".encode())


def _jpeg(pdf: Pdf, image: Image.Image) -> Stream:
    sink = io.BytesIO()
    image.save(sink, "JPEG", quality=QUALITY)
    return Stream(pdf, sink.getvalue(), _image(image, 8, Filter=Name.DCTDecode))


def _flate(pdf: Pdf, image: Image.Image) -> Stream:
    bits = 1 if image.mode == "1" else 8
    return Stream(pdf, zlib.compress(image.tobytes(), 1), _image(image, bits, Filter=Name.FlateDecode))


def _image(image: Image.Image, bits: int, **encoding: Any) -> Dictionary:
    space = Name.DeviceRGB if image.mode == "RGB" else Name.DeviceGray
    return Dictionary(
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=space,
        BitsPerComponent=bits,
        **encoding,
    )


def _size(page: Page) -> tuple[float, float]:
    box: Array = page.mediabox
    return float(box[2]), float(box[3])
