"""Images of pages, for whoever decides where a document begins, or signs what pays it. Runs in a process of its own."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from dematfin.scanning.admission import Limits, open_pdf
from dematfin.scanning.pictures import Pictures

QUALITY: Final = 70


def thumbnails(path: Path, limits: Limits, pages: Sequence[int], folder: Path, dpi: int) -> Iterator[str]:
    """Write `page-0001.jpg` and so on into a folder, and yield each name."""
    with open_pdf(path, limits) as pdf, Pictures(path, pdf) as pictures:
        for number in pages:
            name = f"page-{number:04d}.jpg"
            pictures.rendered(number - 1, dpi).image.save(folder / name, "JPEG", quality=QUALITY)
            yield name
