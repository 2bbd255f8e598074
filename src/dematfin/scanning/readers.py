"""Two independent readers of bar codes. The second one is asked only where the first one leaves a doubt."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Final

import zxingcpp
from PIL import Image

WANTED: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code128])
ANY: Final = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.AllReadable])
"""What other programs print their separators with."""
MILLIMETRES: Final = 25.4
LARGE: Final = (40, 75)
"""Millimetres of a side: the QR codes of a sheet measure 55, less when it was reduced; those of invoices some 25."""
WAYS: Final = {"UP": 0, "RIGHT": 90, "DOWN": 180, "LEFT": 270}


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A symbol found on a picture.

    Attributes:
        text: empty when it could not be decoded.
        turned: degrees clockwise by which it lies turned on the picture, 0, 90, 180 or 270; None for a bar code: two of
            a sheet's lie across one another.
        millimetres: its longest side.
    """

    text: str
    turned: int | None
    millimetres: float

    @property
    def is_large_and_unread(self) -> bool:
        """Whether it has the size of a sheet's QR code, and says nothing."""
        return not self.text and self.turned is not None and LARGE[0] <= self.millimetres <= LARGE[1]


def zxing(image: Image.Image, dpi: float, *, widely: bool = False) -> Iterator[Code]:
    """Yield the symbols that zxing-cpp finds, those that it cannot decode included; `widely`: of any kind."""
    wanted = ANY if widely else WANTED
    for found in zxingcpp.read_barcodes(image, formats=wanted, return_errors=not widely):
        corner, right, left = found.position.top_left, found.position.top_right, found.position.bottom_left
        sides = (((one.x - corner.x) ** 2 + (one.y - corner.y) ** 2) ** 0.5 for one in (right, left))
        yield Code(
            text=found.text if found.valid else "",
            turned=round(found.orientation / 90) * 90 % 360 if found.format == zxingcpp.BarcodeFormat.QRCode else None,
            millimetres=max(sides) * MILLIMETRES / dpi,
        )


def zbar(image: Image.Image) -> Iterator[Code]:
    """Yield the symbols that libzbar decodes; nothing where it is not installed."""
    library = _zbar()
    if library is None:
        return
    wanted = [library.ZBarSymbol.QRCODE, library.ZBarSymbol.CODE128]
    for found in library.decode(image, symbols=wanted):
        yield Code(
            text=found.data.decode("ascii", "replace"),
            turned=WAYS.get(found.orientation) if found.type == "QRCODE" else None,
            millimetres=0,
        )


def has_zbar() -> bool:
    """Say whether the second reader is there."""
    return _zbar() is not None


@cache
def _zbar() -> ModuleType | None:
    try:
        from pyzbar import pyzbar  # noqa: PLC0415 - it fails to load without the system's library
    except ImportError:
        return None
    module: ModuleType = pyzbar
    return module
