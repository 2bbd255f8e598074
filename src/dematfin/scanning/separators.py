"""Looks for a separator sheet on a page: read small first, and again, by both readers, only where a doubt is left."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image, ImageFilter

from dematfin.domain.paper.sheet import Sheet, is_damaged, sheet_in
from dematfin.scanning.likeness import Likeness, likeness
from dematfin.scanning.pictures import Picture, Pictures
from dematfin.scanning.readers import Code, zbar, zxing

FINE: Final = 200
DAMAGED: Final = "un code de séparation abîmé"
UNREAD: Final = "un grand code illisible"
LOOKS_SO: Final = "l'aspect d'une feuille de séparation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found on a page.

    Attributes:
        rung: the reader that told it, and at how many dots per inch.
        turn: degrees clockwise by which the page must be turned for its sheet to be upright.
        suspicion: what makes believe in a sheet that nobody could read.
        ghost: it is the back of a sheet, which shows through.
    """

    sheet: Sheet | None = None
    rung: str = ""
    turn: int = 0
    suspicion: str = ""
    ghost: bool = False


def find_sheet(pictures: Pictures, number: int, small: Picture, *, patcht: bool) -> Found:
    """Look at one page, from its small picture first."""
    codes = tuple(zxing(small.image, small.dpi, widely=patcht))
    like = likeness(small.image)
    if found := _read(codes, small, f"zxing {small.dpi:.0f}", patcht=patcht):
        return replace(found, ghost=like.is_ghost)
    suspicion = _suspicion(codes, like)
    if not suspicion:
        return Found(ghost=like.is_ghost)
    for rung, picture, read in _second_looks(pictures, number, small):
        if found := _read(read(picture), picture, rung, patcht=patcht):
            return replace(found, ghost=like.is_ghost)
    return Found(suspicion="" if like.is_ghost else suspicion, ghost=like.is_ghost)


def _read(codes: Iterable[Code], picture: Picture, rung: str, *, patcht: bool) -> Found | None:
    listed = list(codes)
    sheet = sheet_in((code.text for code in listed), patcht=patcht)
    if sheet is None:
        return None
    turned = next((code.turned for code in listed if code.text and code.turned is not None), None)
    turn = -(turned + picture.turned) % 360 if turned is not None else 0
    return Found(sheet=sheet, rung=rung, turn=turn)


def _suspicion(codes: Sequence[Code], like: Likeness) -> str:
    """Say what makes believe in a sheet; readers see unreadable codes in plain text, which alone proves nothing."""
    if any(is_damaged(code.text) for code in codes):
        return DAMAGED
    if like.is_sheet:
        return LOOKS_SO
    return UNREAD if like.may_be_sheet and any(code.is_large_and_unread for code in codes) else ""


Look = tuple[str, Picture, Callable[[Picture], Iterator[Code]]]


def _second_looks(pictures: Pictures, number: int, small: Picture) -> Iterator[Look]:
    """Yield the other ways to read a page, the cheapest first."""
    fine = pictures.rendered(number, FINE)
    coarse = Picture(image=fine.image.reduce(3), dpi=fine.dpi / 3, turned=0)
    for name, picture in (
        ("67", coarse),
        ("100", Picture(image=fine.image.reduce(2), dpi=fine.dpi / 2, turned=0)),
        ("67 adouci", _softened(coarse)),
        ("200", fine),
    ):
        yield f"zbar {name}", picture, _by_zbar
        yield f"zxing {name}", picture, _by_zxing


def _softened(picture: Picture) -> Picture:
    image: Image.Image = picture.image.filter(ImageFilter.MedianFilter(3))
    return Picture(image=image, dpi=picture.dpi, turned=picture.turned)


def _by_zbar(picture: Picture) -> Iterator[Code]:
    return zbar(picture.image)


def _by_zxing(picture: Picture) -> Iterator[Code]:
    return zxing(picture.image, picture.dpi)
