"""Stacks of paper whose truth is known: sheets, and invoices of many looks, drawn at random from a seed."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import zxingcpp
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from dematfin.domain.paper.sheet import Mark, Sheet
from dematfin.reports.sheets import sheets_pdf
from dematfin.sandbox.copier import Settings, Side, printed, scan

DPI: Final = 150
WIDTH, HEIGHT = 1240, 1754
WORDS: Final = (
    "prestation",
    "fourniture",
    "heures",
    "main d'oeuvre",
    "papier A4",
    "cartouches",
    "entretien",
    "livraison",
    "réfection",
    "bordures",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """A stack, and what a reader must find in it.

    Attributes:
        documents: the pages of each invoice, from 1, as the copier numbers them.
        sheets: the pages that are sheets.
    """

    pdf: bytes
    documents: tuple[tuple[int, ...], ...]
    sheets: tuple[int, ...]
    pages: int


@cache
def sheet(serial: int, route: str = "SCOLAIRE", mark: Mark = Mark.INVOICE) -> Image.Image:
    """Print one sheet."""
    return printed(sheets_pdf([(Sheet(mark=mark, route=route, serial=serial), "Affaires scolaires")]), DPI)[0]


def stack(seed: int, settings: Settings, invoices: int = 4) -> Truth:
    """Scan a stack: a sheet before each invoice of one to three pages."""
    chance = random.Random(seed)
    sides: list[Side] = []
    documents: list[tuple[int, ...]] = []
    places: list[int] = []
    faces = 2 if settings.duplex else 1
    for number in range(invoices):
        places.append(len(sides) * faces + 1)
        sides.append(Side(recto=sheet(number + 1)))
        first = len(sides) * faces + 1
        for _ in range(chance.randint(1, 3)):
            verso = invoice(chance.random()) if chance.random() < 0.3 else None
            sides.append(Side(recto=invoice(chance.random()), verso=verso))
        documents.append(tuple(range(first, len(sides) * faces + 1)))
    return Truth(
        pdf=scan(sides, settings),
        documents=tuple(documents),
        sheets=tuple(places),
        pages=len(sides) * faces,
    )


@cache
def invoice(seed: float) -> Image.Image:
    """Draw a page of an invoice."""
    chance = random.Random(seed)
    page = Image.new("L", (WIDTH, HEIGHT), 255)
    pen = ImageDraw.Draw(page)
    pen.text((100, 90), f"Facture n° F{chance.randint(1000, 9999)}", font=_font(34), fill=0)
    for draw in chance.sample(PARTS, k=chance.randint(2, 4)):
        draw(page, pen, chance)
    return page


def _table(_: Image.Image, pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    top = chance.randint(400, 600)
    columns = [100, 620, 800, 960, 1140]
    for row in range(chance.randint(5, 24)):
        y = top + 36 * row
        for left, right in pairwise(columns):
            pen.rectangle((left, y, right, y + 36), outline=0, fill=60 if not row and chance.random() < 0.5 else None)
        pen.text((110, y + 8), chance.choice(WORDS), font=_font(20), fill=0)
        pen.text((970, y + 8), f"{chance.randint(1, 9999)},{chance.randint(0, 99):02d}", font=_font(20), fill=0)


def _letter(_: Image.Image, pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for row in range(chance.randint(10, 40)):
        words = " ".join(chance.choice(WORDS) for _ in range(chance.randint(4, 9)))
        pen.text((100, 480 + 30 * row), words, font=_font(20), fill=0)


def _photo(page: Image.Image, _: ImageDraw.ImageDraw, chance: random.Random) -> None:
    size = (chance.randint(200, 700), chance.randint(200, 500))
    noise = Image.effect_noise(size, 90).filter(ImageFilter.GaussianBlur(chance.randint(1, 12)))
    page.paste(noise, (chance.randint(50, 500), chance.randint(100, 1200)))


def _logo(_: Image.Image, pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    x, y = chance.randint(700, 900), chance.randint(60, 200)
    pen.rectangle((x, y, x + chance.randint(100, 260), y + chance.randint(80, 200)), fill=chance.randint(0, 120))


def _foreign_codes(page: Image.Image, _: ImageDraw.ImageDraw, chance: random.Random) -> None:
    codes = [
        ("BCD\n002\n1\nSCT\n\nTRAVAUX\nFR7619999000170009987654351\nEUR12.50", zxingcpp.BarcodeFormat.QRCode, 190),
        (f"6A{chance.randint(10**9, 10**10)}", zxingcpp.BarcodeFormat.Code128, 420),
        ("https://example.fr/payer", zxingcpp.BarcodeFormat.QRCode, chance.randint(150, 340)),
    ]
    text, kind, width = chance.choice(codes)
    found = Image.fromarray(zxingcpp.create_barcode(text, kind).to_image()).convert("L")
    code = found.resize((width, width if kind == zxingcpp.BarcodeFormat.QRCode else 110), Image.Resampling.NEAREST)
    page.paste(code, (chance.randint(60, 700), chance.randint(100, 1500)))


def _totals(_: Image.Image, pen: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for row, label in enumerate(("Total HT", "TVA 20 %", "Total TTC")):
        y = 1300 + 50 * row
        pen.rectangle((760, y, 1140, y + 46), outline=0, fill=200 if chance.random() < 0.4 else None)
        pen.text((770, y + 10), f"{label}  {chance.randint(10, 9999)},00 €", font=_font(24), fill=0)


PARTS: Final[Sequence[Callable[[Image.Image, ImageDraw.ImageDraw, random.Random], None]]] = (
    _table,
    _letter,
    _photo,
    _logo,
    _foreign_codes,
    _totals,
)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)
