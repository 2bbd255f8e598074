"""Reads files of paper in processes that may die: implements ports.paper_reader.PaperReader."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from dematfin.domain.paper.pages import Sight
from dematfin.domain.paper.proposals import Field, Proposal, Source, Trust
from dematfin.domain.paper.sheet import Mark, Sheet
from dematfin.ports.paper_reader import SMALL as DOTS
from dematfin.ports.paper_reader import Order, Words
from dematfin.scanning.settings import ScanSettings
from dematfin.scanning.warden import Bounds, Line, watch
from dematfin.support.files import PDF_MAGIC

HEAD: Final = 1024
IMAGES: Final = (b"II*\0", b"MM\0*", b"\xff\xd8\xff")
"""How TIFF and JPEG files begin."""
RECOGNITION: Final = 300
"""Seconds given to the recognition of a document: some pages, a minute each at most."""
SMALL: Final = 8_000_000
"""Bytes below which a second process costs more than it saves."""


class Paper:
    """Asks other processes what a file holds."""

    def __init__(self, settings: ScanSettings) -> None:
        self._settings = settings
        self._bounds = Bounds(memory=settings.memoire_mo * 1_000_000, seconds=settings.secondes_par_page)

    def as_pdf(self, original: Path, folder: Path) -> Path:
        """Return the file itself, or a PDF that wraps it when it is an image."""
        with original.open("rb") as source:
            head = source.read(HEAD)
        if PDF_MAGIC in head or not head.startswith(IMAGES):
            return original
        target = folder / f"{original.name}-enveloppe.pdf"
        self._run("wrap", original, target=str(target))
        return target

    def look(self, pdf: Path, *, sheets: bool) -> tuple[Sight, ...]:
        """Return what is seen on each page; a large file is looked at by several processes, each a part of it."""
        settings, parts = self._settings, self._parts(pdf)
        looked = {
            "sheets": sheets,
            "patcht": settings.accepte_patcht,
            "backs": settings.retire_versos_blancs,
            "threshold": settings.encre_seuil,
            "cells": settings.encre_cases,
        }
        tasks = [self._task("inspect", pdf, watch=looked, part=part, parts=parts) for part in range(parts)]
        return tuple(_sight(line) for line in watch(tasks, self._bounds))

    def split(self, pdf: Path, orders: Sequence[Order], folder: Path) -> tuple[Path, ...]:
        """Make each document; those of a large file are made by several processes, each a part of them."""
        parts = self._parts(pdf)
        shares = [orders[len(orders) * part // parts : len(orders) * (part + 1) // parts] for part in range(parts)]
        tasks = [
            self._task("split", pdf, orders=[asdict(order) for order in share], folder=str(folder)) for share in shares
        ]
        return tuple(folder / line["name"] for line in watch(tasks, self._bounds))

    def thumbnails(self, pdf: Path, pages: Sequence[int], folder: Path, dpi: int = DOTS) -> tuple[Path, ...]:
        """Write an image of each page."""
        made = self._run("thumbnails", pdf, pages=list(pages), folder=str(folder), dpi=dpi)
        return tuple(folder / line["name"] for line in made)

    def words(self, pdf: Path) -> Words | None:
        """Return what a document says."""
        patience = RECOGNITION if self._settings.ocr else self._bounds.seconds
        task = self._task("words", pdf, ocr=self._settings.ocr)
        for line in watch([task], replace(self._bounds, seconds=patience)):
            proposals = tuple(_proposal(one) for one in line["proposals"])
            return Words(source=Source(line["source"]), pages=tuple(line["pages"]), proposals=proposals)
        return None

    def lively(self, pdf: Path) -> tuple[str, ...]:
        """Say what a PDF would do besides being read."""
        (line,) = self._run("lively", pdf)
        return tuple(line["words"])

    def _parts(self, pdf: Path) -> int:
        return self._settings.processus if pdf.stat().st_size > SMALL else 1

    def _run(self, what: str, path: Path, **details: Any) -> list[Line]:
        return list(watch([self._task(what, path, **details)], self._bounds))

    def _task(self, what: str, path: Path, **details: Any) -> Line:
        settings = self._settings
        limits = {
            "pages": settings.pages_max,
            "megabytes": settings.taille_max_mo,
            "megapixels": settings.megapixels_max,
        }
        return {"do": what, "path": str(path), "limits": limits} | details


def _sight(line: Line) -> Sight:
    sheet = line.pop("sheet")
    return Sight(**line, sheet=Sheet(**sheet | {"mark": Mark(sheet["mark"])}) if sheet else None)


def _proposal(one: Line) -> Proposal:
    codes = {"field": Field(one["field"]), "trust": Trust(one["trust"]), "source": Source(one["source"])}
    return Proposal(**one | codes)
