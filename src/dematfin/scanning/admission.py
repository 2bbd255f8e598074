"""What is let in: limits that are judged on what a file declares, before anything of it is decoded."""

import hashlib
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pikepdf

from dematfin.domain.paper.reasons import Reason
from dematfin.errors import PaperRefused
from dematfin.scanning.pictures import INCH, contents
from dematfin.support.files import PDF_MAGIC

LARGEST_CONTENT: Final = 20_000_000
LONGEST_SIDE: Final = 1.5 * INCH / 0.0254
"""A metre and a half, in points."""
DEEPEST: Final = 10
HEAD: Final = 1024
"""Bytes within which a PDF says that it is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that a file may be."""

    pages: int = 2000
    megabytes: int = 1000
    megapixels: int = 60


def open_pdf(path: Path, limits: Limits) -> pikepdf.Pdf:
    """Open a file from outside.

    Raises:
        PaperRefused: empty, not_pdf, too_big, encrypted, damaged or too_many_pages.
    """
    size = path.stat().st_size
    if not size:
        raise _refused(Reason.EMPTY, "le fichier est vide. Refaites la numérisation")
    if size > limits.megabytes * 1_000_000:
        raise _refused(Reason.TOO_BIG, f"le fichier dépasse {limits.megabytes} Mo. Numérisez en plusieurs lots")
    with path.open("rb") as source:
        if PDF_MAGIC not in source.read(HEAD):
            raise _refused(Reason.NOT_PDF, "ce n'est pas un PDF. Vérifiez le format réglé sur le copieur")
    try:
        pdf = pikepdf.open(path, suppress_warnings=True)
        count = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise _refused(Reason.ENCRYPTED, "il est protégé par un mot de passe. Demandez-le sans protection") from error
    except (pikepdf.PdfError, ValueError, RecursionError) as error:
        raise _refused(Reason.DAMAGED, "le PDF est abîmé. Refaites la numérisation") from error
    if not count:
        raise _refused(Reason.EMPTY, "il n'a aucune page. Refaites la numérisation")
    if count > limits.pages:
        raise _refused(
            Reason.TOO_MANY_PAGES, f"il a {count} pages, {limits.pages} au plus. Numérisez en plusieurs lots"
        )
    return pdf


def admit(page: pikepdf.Page, number: int, limits: Limits) -> None:
    """Let a page go on to be decoded, or raise PaperRefused (too_big, pixel_limit); `number` counts from 1."""
    if max(abs(float(corner)) for corner in page.mediabox) > LONGEST_SIDE:
        raise _refused(Reason.TOO_BIG, f"la page {number} mesure plus d'un mètre et demi")
    for image in images(page):
        if int(image.get("/Width", 0)) * int(image.get("/Height", 0)) > limits.megapixels * 1_000_000:
            raise _refused(Reason.PIXEL_LIMIT, f"la page {number} porte une image de plus de {limits.megapixels} Mpx")
    if sum(map(_inflated, contents(page))) > LARGEST_CONTENT:
        raise _refused(Reason.TOO_BIG, f"le contenu de la page {number} dépasse {LARGEST_CONTENT // 1_000_000} Mo")


def check_undamaged(pdf: pikepdf.Pdf) -> None:
    """Raise PaperRefused when the file had to be mended to be read: mending loses pages without a word."""
    if pdf.get_warnings():
        count = len(pdf.pages)
        raise _refused(
            Reason.DAMAGED,
            f"le PDF est abîmé : {count} pages s'y lisent, d'autres manquent peut-être. Refaites la numérisation",
        )


def stored(image: pikepdf.Stream) -> bytes:
    """Return the bytes of an image as they are stored."""
    return image.read_raw_bytes()


def digest(page: pikepdf.Page, raw: Callable[[pikepdf.Stream], bytes] = stored) -> str:
    """Return the SHA-256 of what a page shows: its content and its images, as they are stored; `raw` reads an image."""
    seal = hashlib.sha256()
    for stream in contents(page):
        seal.update(stream.read_raw_bytes())
    for image in images(page):
        seal.update(raw(image))
    return seal.hexdigest()


def images(page: pikepdf.Page) -> Iterator[pikepdf.Stream]:
    """Yield the images that a page may draw, those of its forms and their masks included."""
    yield from _images(page.resources, 0)


def _images(resources: pikepdf.Object, depth: int) -> Iterator[pikepdf.Stream]:
    drawn: Any = resources.get("/XObject", {})
    for name in sorted(drawn.keys()):
        one = drawn[name]
        if not isinstance(one, pikepdf.Stream):
            continue
        if one.get("/Subtype") == "/Image":
            yield one
            masks = (one.get(key) for key in ("/SMask", "/Mask"))
            yield from (mask for mask in masks if isinstance(mask, pikepdf.Stream))
        elif depth < DEEPEST and "/Resources" in one:
            yield from _images(one.Resources, depth + 1)


def _inflated(stream: pikepdf.Stream) -> int:
    """Return the size of a content stream once inflated; it is read no further than the limit."""
    raw = stream.read_raw_bytes()
    if stream.get("/Filter") != "/FlateDecode":
        return len(raw)
    try:
        return len(zlib.decompressobj().decompress(raw, LARGEST_CONTENT + 1))
    except zlib.error:
        return len(raw)


def _refused(code: Reason, why: str) -> PaperRefused:
    return PaperRefused(code, f"{why[0].upper()}{why[1:]}.")
