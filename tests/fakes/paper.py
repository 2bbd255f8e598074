"""Paper in memory: a file is a text, each line of it a page. `F:ROUTE:12` is a sheet, `verso` a blank back."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from dematfin.domain.paper.batch import Door
from dematfin.domain.paper.pages import Sight
from dematfin.domain.paper.proposals import Source
from dematfin.domain.paper.reasons import Reason
from dematfin.domain.paper.sheet import Mark, Sheet
from dematfin.errors import PaperRefused
from dematfin.ports.paper_folders import Parcel
from dematfin.ports.paper_reader import SMALL, Order, Words

END: Final = "%PDF-1.7 %%EOF"
"""A last line that is no page: whoever judges a flow looks for these marks in what is called a PDF."""


@dataclass
class FakeFolders:
    """A folder of files."""

    root: Path
    door: Door = Door.SHEETS
    place: str = ""
    taken: list[str] = field(default_factory=list)

    def arrivals(self) -> Iterator[Parcel]:
        for path in sorted(self.root.iterdir()):
            yield Parcel(claim=path.name, door=self.door, name=path.name, place=self.place, path=path)

    def named(self, folder: Path, door: Door) -> tuple[Parcel, ...]:
        return tuple(
            Parcel(claim="", door=door, name=path.name, place="", path=path) for path in sorted(folder.iterdir())
        )

    def done(self, parcel: Parcel) -> None:
        parcel.path.unlink()
        self.taken.append(parcel.name)

    def ignored(self) -> tuple[str, ...]:
        return ()


class FakePaper:
    """Reads and cuts such files."""

    def as_pdf(self, original: Path, folder: Path) -> Path:
        if not original.read_text(encoding="utf-8").startswith("image"):
            return original
        wrapped = folder / "enveloppe"
        wrapped.write_text(original.read_text(encoding="utf-8").removeprefix("image\n"), encoding="utf-8")
        return wrapped

    def look(self, pdf: Path, *, sheets: bool) -> tuple[Sight, ...]:
        lines = _pages(pdf)
        if not lines or lines[0] == "piège":
            raise PaperRefused(Reason.DAMAGED, "Le PDF est abîmé.")
        return tuple(_sight(number, line, sheets=sheets) for number, line in enumerate(lines, start=1))

    def split(self, pdf: Path, orders: Sequence[Order], folder: Path) -> tuple[Path, ...]:
        lines = _pages(pdf)
        made = []
        for order in orders:
            path = folder / order.name
            path.write_text("\n".join([*(lines[page - 1] for page in order.pages), END]), encoding="utf-8")
            if tuple(_digest(lines[page - 1]) for page in order.pages) != order.digests:
                raise PaperRefused(Reason.INVARIANT, "Le document n'est pas celui attendu.")
            made.append(path)
        return tuple(made)

    def thumbnails(self, pdf: Path, pages: Sequence[int], folder: Path, dpi: int = SMALL) -> tuple[Path, ...]:
        lines = _pages(pdf)
        paths = []
        for page in pages:
            path = folder / f"page-{page:04d}.jpg"
            path.write_text(f"{dpi} {lines[page - 1]}", encoding="utf-8")
            paths.append(path)
        return tuple(paths)

    def lively(self, pdf: Path) -> tuple[str, ...]:
        return ("du code (JavaScript)",) if b"/JavaScript" in pdf.read_bytes() else ()

    def words(self, pdf: Path) -> Words | None:
        said = pdf.read_bytes().decode("utf-8", "replace")
        if "piège" in said.splitlines():
            raise PaperRefused(Reason.DAMAGED, "Le PDF est abîmé.")
        return Words(source=Source.TEXT, pages=tuple(line for line in said.splitlines() if line != END))


def _pages(pdf: Path) -> list[str]:
    return [line for line in pdf.read_text(encoding="utf-8").splitlines() if line != END]


def _sight(number: int, line: str, *, sheets: bool) -> Sight:
    parts = line.split(":")
    sheet = None
    if sheets and len(parts) == 3 and parts[0] in set(Mark):
        sheet = Sheet(mark=Mark(parts[0]), route=parts[1], serial=int(parts[2]))
    doubt = "l'aspect d'une feuille de séparation" if line.startswith("illisible") else ""
    seen = Sight(page=number, digest=_digest(line), sheet=sheet, blank=line == "verso")
    return replace(seen, suspicion=doubt) if sheets else seen


def _digest(line: str) -> str:
    return hashlib.sha256(line.encode()).hexdigest()
