"""Does a page look like a separator sheet? Asked where nothing could be read: a missed sheet glues two invoices.

A sheet has its four symbols at places where no invoice has so much ink. The page is reduced to cells of one
centimetre, and its ink compared with the drawing of the sheet: upright, upside-down, and as it shows through a back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from operator import mul
from typing import Final

from PIL import Image, ImageOps

WIDE, HIGH = 21, 30
CELL: Final = 10
SYMBOLS: Final = ((20, 45, 55, 55), (135, 208, 55, 55), (20, 180, 160, 20), (168, 40, 20, 128))
"""Left, top, width, height of each symbol, in millimetres."""
SHIFTS: Final = sorted(((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)), key=lambda shift: shift != (0, 0))
ALIKE: Final = 0.56
PERHAPS: Final = 0.4
FAR: Final = 0.3
GAP: Final = 2.0
"""How much of the reduction is left to the exact part of it; the rest is quick."""
Ink = tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much a page looks like a sheet, and like what shows of one through the paper: 1 is the same."""

    sheet: float
    ghost: float

    @property
    def is_sheet(self) -> bool:
        """Whether it must be a sheet."""
        return self.sheet >= ALIKE and self.sheet >= self.ghost

    @property
    def may_be_sheet(self) -> bool:
        """Whether it could be one."""
        return self.sheet >= PERHAPS

    @property
    def is_ghost(self) -> bool:
        """Whether it must be the back of a sheet."""
        return self.ghost >= ALIKE and self.ghost > self.sheet


def likeness(image: Image.Image) -> Likeness:
    """Compare a grey picture with a sheet."""
    upright = image.transpose(Image.Transpose.ROTATE_90) if image.width > image.height else image
    ink = _centred(
        [255 - level for level in upright.resize((WIDE, HIGH), Image.Resampling.BOX, reducing_gap=GAP).tobytes()]
    )
    if ink is None:
        return Likeness(sheet=0, ghost=0)
    straight, mirrored = _drawings()
    return Likeness(sheet=_alike(ink, straight), ghost=_alike(ink, mirrored))


def _alike(ink: Ink, drawings: Sequence[Ink]) -> float:
    """Return the likeness to the nearest drawing; what is far from the middle ones is far from those around them."""
    near: float = max(sum(map(mul, ink, one)) for one in drawings[:: len(SHIFTS)])
    return max(sum(map(mul, ink, one)) for one in drawings) if near >= FAR else near


def _centred(levels: Sequence[int]) -> Ink | None:
    """Return levels around their mean, with a length of one; None for a page of one grey."""
    mean = sum(levels) / len(levels)
    apart = [level - mean for level in levels]
    length = sum(map(mul, apart, apart)) ** 0.5
    return tuple(level / length for level in apart) if length else None


@cache
def _drawings() -> tuple[tuple[Ink, ...], tuple[Ink, ...]]:
    """Return the sheet at each place and way up where a feeder may put it, and its mirror images."""
    sheet = _drawn()
    straight = [_shifted(way, shift) for way in (sheet, sheet.rotate(180)) for shift in SHIFTS]
    mirrored = [_shifted(ImageOps.mirror(way), shift) for way in (sheet, sheet.rotate(180)) for shift in SHIFTS]
    return _all_centred(straight), _all_centred(mirrored)


def _drawn() -> Image.Image:
    """Draw the sheet a dot a millimetre, and reduce it to cells."""
    drawing = Image.new("L", (WIDE * CELL, HIGH * CELL))
    for left, top, width, height in SYMBOLS:
        drawing.paste(128, (left, top, left + width, top + height))
    return drawing.resize((WIDE, HIGH), Image.Resampling.BOX)


def _shifted(cells: Image.Image, shift: tuple[int, int]) -> Image.Image:
    moved = Image.new("L", cells.size)
    moved.paste(cells, shift)
    return moved


def _all_centred(images: Sequence[Image.Image]) -> tuple[Ink, ...]:
    return tuple(ink for image in images if (ink := _centred(list(image.tobytes()))) is not None)
