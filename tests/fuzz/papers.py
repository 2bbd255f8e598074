"""Doors of paper: PDF and images, opened by processes that may die; archives."""

import io
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from PIL import Image

from dematfin.pes.official import OfficialSchemas
from dematfin.pes.validate import OFFICIAL as SCHEMAS
from dematfin.ports.paper_reader import Order
from dematfin.scanning.admission import Limits
from dematfin.scanning.inspect import Watch, inspect
from dematfin.scanning.lively import lively
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from dematfin.scanning.words import embedded, text_layer
from dematfin.support.files import unzip_only_member
from fuzz import bending
from fuzz.law import PREFIX
from fuzz.reader import Reader, placed, subfolder
from scanning.hostile import good
from scanning.pages import printed, with_attachment
from scanning.structured import cii

PAPER: Final = Paper(ScanSettings(memoire_mo=600, secondes_par_page=5))
LIMITS: Final = Limits(pages=20, megabytes=20, megapixels=20)
TWO_PAGES: Final = "Facture n° F1  120,00"


@cache
def pdfs() -> list[bytes]:
    """Return a written invoice, one with its structured data, a small stack of scanned pages."""
    place = Path(mkdtemp(prefix=PREFIX))
    plain = printed(place / "a.pdf", TWO_PAGES, TWO_PAGES)
    structured = with_attachment(place / "b.pdf", "factur-x.xml", cii())
    return [plain.read_bytes(), structured.read_bytes(), good(2)]


@cache
def images() -> list[bytes]:
    """Return what copiers make besides PDF."""
    made = []
    for kind, mode in (("TIFF", "1"), ("TIFF", "RGB"), ("JPEG", "L")):
        sink = io.BytesIO()
        options = {"compression": "group4"} if mode == "1" else {}
        Image.new(mode, (80, 60), 1).save(sink, kind, **options)
        made.append(sink.getvalue())
    return made


@cache
def archives() -> list[bytes]:
    """Return archives that hold one file, and one of schemas."""
    schema = b'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"><xs:element name="a"/></xs:schema>'
    held = {**dict.fromkeys(SCHEMAS.values(), schema), "v5.17.txt": b"x"}
    return [bending.packed({"facture.pdf": b"%PDF-1.4\n%%EOF"}), bending.packed(held)]


def _seen(data: bytes, folder: Path) -> object:
    """Look as the process that may die does, in this one."""
    return list(inspect(placed(data, folder), LIMITS, Watch()))


def _whole_way(data: bytes, folder: Path) -> object:
    path = placed(data, folder, "a.pdf")
    pdf = PAPER.as_pdf(path, subfolder(folder))
    seen = PAPER.look(pdf, sheets=True)
    order = Order(name="d.pdf", pages=(1,), turn=0, digests=(seen[0].digest,), words="x", source="0" * 64)
    return (
        PAPER.split(pdf, [order], subfolder(folder)),
        PAPER.words(pdf),
        PAPER.lively(pdf),
        PAPER.thumbnails(pdf, [1], subfolder(folder)),
    )


def _unzipped(data: bytes, folder: Path) -> object:
    unzip_only_member(io.BytesIO(data), folder / "sorti", "Archive")
    return (folder / "sorti").stat().st_size


def _schemas(data: bytes, folder: Path) -> object:
    return OfficialSchemas(folder / "xsd").install(placed(data, folder, "schemas.zip"), date(2026, 3, 2))


def _on(read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    return lambda data, folder: read(placed(data, folder, "a.pdf"))


PAPERS: Final = (
    Reader(
        name="pdf-chemin-entier",
        read=_whole_way,
        samples=lambda: [*pdfs(), *images()],
        bend=bending.pdf,
        costs=200,
        modules=(
            "scanning/paper.py",
            "scanning/warden.py",
            "scanning/child.py",
            "scanning/split.py",
            "scanning/thumbnails.py",
            "scanning/wrap.py",
            "scanning/reading.py",
        ),
    ),
    Reader(
        name="pdf-pages",
        read=_seen,
        samples=pdfs,
        bend=bending.pdf,
        costs=30,
        modules=(
            "scanning/admission.py",
            "scanning/inspect.py",
            "scanning/pictures.py",
            "scanning/readers.py",
            "scanning/separators.py",
        ),
    ),
    Reader(
        name="pdf-mots",
        read=_on(lambda pdf: text_layer(pdf, 10)),
        samples=pdfs,
        bend=bending.pdf,
        modules=("scanning/words.py",),
        costs=4,
    ),
    Reader(
        name="pdf-joint", read=_on(embedded), samples=pdfs, bend=bending.pdf, modules=("scanning/words.py",), costs=4
    ),
    Reader(
        name="pdf-vivant", read=_on(lively), samples=pdfs, bend=bending.pdf, modules=("scanning/lively.py",), costs=4
    ),
    Reader(
        name="zip",
        read=_unzipped,
        samples=lambda: archives()[:1],
        bend=bending.archive,
        modules=("support/files.py",),
        costs=4,
    ),
    Reader(
        name="zip-schemas",
        read=_schemas,
        samples=lambda: archives()[1:],
        bend=bending.archive,
        modules=("pes/official.py",),
        costs=10,
    ),
)
