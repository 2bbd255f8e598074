"""A copier: takes a stack of printed sheets and gives the PDF of one pass, as well or as badly as it is told."""

import io
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

from dematfin.sandbox.encodings import bitonal, flate, jpeg, mrc, strips

INCH: Final = 72
PAPER: Final = 246
"""Grey of plain paper."""
DARK: Final = 150
SENSOR: Final = random.Random(1)  # noqa: S311 - a copier keeps no secret
"""Its noise goes on from one stack to the next: the same sheet passed twice never gives the same bytes."""


class Mode(StrEnum):
    """How a copier writes a page."""

    GREY = "grey"
    COLOUR = "colour"
    BITONAL = "bitonal"  # black and white, CCITT G4
    DITHER = "dither"  # black and white, "photo" mode
    FLATE = "flate"  # grey without loss
    MRC = "mrc"  # "compact PDF": background and stencil
    STRIPS = "strips"  # several images a page


WRITERS: Final = {
    Mode.GREY: jpeg,
    Mode.COLOUR: jpeg,
    Mode.BITONAL: bitonal,
    Mode.DITHER: flate,
    Mode.FLATE: flate,
    Mode.MRC: mrc,
    Mode.STRIPS: strips,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the buttons and the age of the copier do.

    Attributes:
        skew: degrees, at most, by which a sheet goes in askew.
        contrast: 1 is as printed, 0 is nothing left.
        noise: standard deviation of the sensor, in grey levels.
        bleed: share of the other side that shows through.
        stains: coffee, marker and notes on each sheet.
        turn: degrees by which the whole stack lies turned; 180 is upside-down.
    """

    dpi: int = 200
    mode: Mode = Mode.GREY
    skew: float = 0.0
    contrast: float = 1.0
    noise: float = 4.0
    duplex: bool = False
    bleed: float = 0.05
    stains: int = 0
    turn: int = 0
    seed: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A printed side, and what is on its back."""

    recto: Image.Image
    verso: Image.Image | None = None


def printed(document: bytes, dpi: int = 200) -> list[Image.Image]:
    """Print a PDF: one grey image a page."""
    pages = pypdfium2.PdfDocument(document)
    return [page.render(scale=dpi / INCH, grayscale=True).to_pil() for page in pages]


def scan(stack: Sequence[Side], settings: Settings) -> bytes:
    """Pass a stack of sheets through the feeder, and return the PDF."""
    chance = random.Random(settings.seed)  # noqa: S311 - a copier keeps no secret
    pdf = pikepdf.new()
    for face in _faces(stack, settings, chance):
        _add_page(pdf, _sensed(face, settings), settings)
    sink = io.BytesIO()
    pdf.save(sink, deterministic_id=True)
    return sink.getvalue()


def _faces(stack: Sequence[Side], settings: Settings, chance: random.Random) -> Iterator[Image.Image]:
    """Yield what goes past the sensor, face after face."""
    for side in stack:
        yield _seen(side.recto, side.verso, settings, chance)
        if settings.duplex:
            blank = Image.new("L", side.recto.size, 255)
            yield _seen(side.verso or blank, side.recto, replace(settings, stains=0), chance)


def _seen(face: Image.Image, back: Image.Image | None, settings: Settings, chance: random.Random) -> Image.Image:
    seen = face
    if back is not None and settings.duplex:
        seen = _through(seen, back, settings.bleed)
    for _ in range(settings.stains):
        seen = _stained(seen, chance)
    seen = ImageEnhance.Contrast(seen).enhance(settings.contrast) if settings.contrast < 1 else seen
    angle = chance.uniform(-settings.skew, settings.skew)
    seen = seen.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255) if angle else seen
    return seen.rotate(settings.turn, expand=True) if settings.turn else seen


def _through(face: Image.Image, back: Image.Image, share: float) -> Image.Image:
    """Show the other side, mirrored and blurred by the paper."""
    ghost = ImageOps.mirror(back).filter(ImageFilter.GaussianBlur(1.5))
    faint = ghost.point(lambda level: round(255 - (255 - level) * share))
    return ImageChops.darker(face, faint)


def _stained(face: Image.Image, chance: random.Random) -> Image.Image:
    """Put a note, a ring of coffee or a stroke of marker somewhere."""
    stained = face.copy()
    pen = ImageDraw.Draw(stained)
    width, height = face.size
    x, y = chance.randrange(width), chance.randrange(height)
    size = width // 8
    kind = chance.randrange(3)
    if kind == 0:
        pen.rectangle((x, y, x + 2 * size, y + 2 * size), fill=225)
    elif kind == 1:
        pen.ellipse((x, y, x + 2 * size, y + 2 * size), outline=110, width=size // 6)
    else:
        pen.line((x, y, x + 3 * size, y + chance.randrange(-size, size)), fill=60, width=size // 8)
    return stained


def _sensed(seen: Image.Image, settings: Settings) -> Image.Image:
    """Resample to the resolution asked for, on grey paper, with the noise of the sensor."""
    width = round(8.27 * settings.dpi) if seen.width < seen.height else round(11.69 * settings.dpi)
    height = round(width * seen.height / seen.width)
    sized = seen.resize((width, height), Image.Resampling.BOX if width < seen.width else Image.Resampling.BICUBIC)
    paper = sized.point(lambda level: round(level * PAPER / 255))
    if not settings.noise:
        return paper
    noise = ImageChops.offset(_grain(paper.size, settings.noise), SENSOR.randrange(width), SENSOR.randrange(height))
    return ImageChops.add(paper, noise, offset=-128)


@lru_cache(maxsize=4)
def _grain(size: tuple[int, int], noise: float) -> Image.Image:
    """Draw the noise of a page; it takes longer than all the rest, so each page has the same, shifted."""
    return Image.effect_noise(size, noise)


def _add_page(pdf: pikepdf.Pdf, image: Image.Image, settings: Settings) -> None:
    box = (image.width * INCH / settings.dpi, image.height * INCH / settings.dpi)
    shown = image
    if settings.mode is Mode.COLOUR:
        shown = ImageOps.colorize(image, (25, 20, 60), (252, 250, 240))
    elif settings.mode is Mode.DITHER:
        shown = image.convert("1")
    elif settings.mode is Mode.BITONAL:
        shown = image.point(lambda level: 255 * (level > DARK)).convert("1", dither=Image.Dither.NONE)
    pdf.add_blank_page(page_size=box)
    WRITERS[settings.mode](pdf, pdf.pages[-1], shown)
