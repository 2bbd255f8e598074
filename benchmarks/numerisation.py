"""Paper: reading and cutting scans, against their floors in the same run. Generated scans, grey JPEG of 300 dpi.

    lecture      = reading 40 pages (admission, fingerprint, codes, likeness, blanks)
                 / decoding their images alone, at a quarter of their size, as the readers want them (processor time)
    contre_rendu = the same reading / rendering each page at 300 dpi with pdftoppm, then zxing-cpp (processor time)
    decoupe      = cutting 500 pages, some 400 MB, in 125 documents, each read again and synced
                 / a plain copy of the file (elapsed time); the peak of memory of one process is told too
    deux         = reading 240 pages with two processes / with one (elapsed time)

Each ratio is the median of several pairs, taken in turn.
"""

import argparse
import hashlib
import io
import json
import multiprocessing
import resource
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import zxingcpp
from PIL import Image, ImageDraw

from dematfin.domain.paper.sheet import Sheet
from dematfin.ports.paper_reader import Order
from dematfin.reports.sheets import sheets_pdf
from dematfin.sandbox.copier import Settings, Side, printed, scan
from dematfin.scanning.admission import Limits
from dematfin.scanning.inspect import Watch, inspect
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from dematfin.scanning.split import split

DPI = 300
EACH = 4
"""Pages from one sheet to the next, the sheet included."""
PAGES = 40
LONG = 240
CUT = 500
PER_DOCUMENT = 4
MEGABYTE = 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fois", type=int, default=5)
    parser.add_argument("--seulement", choices=("lecture", "contre_rendu", "decoupe", "deux"))
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        scans = {count: _scan(folder, count) for count in (PAGES, LONG, CUT)}
        figures: dict[str, Callable[[], dict[str, float]]] = {
            "lecture": lambda: reading(scans[PAGES], options.fois),
            "contre_rendu": lambda: rendering(scans[PAGES], options.fois),
            "decoupe": lambda: cutting(scans[CUT], folder, options.fois),
            "deux": lambda: two(scans[LONG], options.fois),
        }
        wanted = [options.seulement] if options.seulement else list(figures)
        results = {name: figures[name]() for name in wanted}
    print(json.dumps(results, indent=1) if options.json else "\n".join(map(_line, results.items())))


def reading(path: Path, times: int) -> dict[str, float]:
    """Return reading over decoding."""
    pairs = [(_cpu(lambda: list(inspect(path, Limits(), Watch()))), _cpu(lambda: _decode(path))) for _ in range(times)]
    return _ratio(pairs)


def rendering(path: Path, times: int) -> dict[str, float]:
    """Return our reading over rendering each page in full."""
    few = max(1, times // 2)
    pairs = [(_cpu(lambda: list(inspect(path, Limits(), Watch()))), _cpu(lambda: _render(path))) for _ in range(few)]
    return _ratio(pairs)


def cutting(path: Path, folder: Path, times: int) -> dict[str, float]:
    """Return cutting over copying, and the peak of memory of the process that cuts, in megabytes."""
    paper = Paper(ScanSettings())
    digests = [sight.digest for sight in paper.look(path, sheets=False)]
    source = hashlib.sha256(path.read_bytes()).hexdigest()
    orders = [
        Order(
            name=f"{start:04d}.pdf",
            pages=tuple(range(start, start + PER_DOCUMENT)),
            digests=tuple(digests[start - 1 : start - 1 + PER_DOCUMENT]),
            turn=0,
            source=source,
            words="mesure",
        )
        for start in range(1, CUT + 1, PER_DOCUMENT)
    ]
    target = folder / "documents"
    target.mkdir()
    pairs = [
        (_wall(lambda: paper.split(path, orders, target)), _wall(lambda: _copy(path, folder))) for _ in range(times)
    ]
    return _ratio(pairs) | {"memoire_mo": _peak(path, orders, target)}


def _peak(path: Path, orders: list[Order], target: Path) -> float:
    """Return the most memory that cutting takes in a process of its own, in megabytes."""
    context = multiprocessing.get_context("spawn")
    told: Any = context.Queue()
    process = context.Process(target=_cut_and_tell, args=(path, orders, target, told))
    process.start()
    peak: float = told.get()
    process.join()
    return peak


def _cut_and_tell(path: Path, orders: list[Order], target: Path, told: Any) -> None:
    list(split(path, Limits(), orders, target))
    (line,) = (one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    told.put(round(int(line.split()[1]) * 1024 / MEGABYTE))


def two(path: Path, times: int) -> dict[str, float]:
    """Return two processes over one."""
    one = Paper(ScanSettings(processus=1))
    both = Paper(ScanSettings(processus=2))
    pairs = [
        (_wall(lambda: both.look(path, sheets=True)), _wall(lambda: one.look(path, sheets=True))) for _ in range(times)
    ]
    return _ratio(pairs)


def _decode(path: Path) -> None:
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            (image,) = page.resources.XObject.values()
            decoded = Image.open(io.BytesIO(image.read_raw_bytes()))
            decoded.draft("L", (decoded.width // 4, decoded.height // 4))
            decoded.load()


def _render(path: Path) -> None:
    for page in range(1, PAGES + 1):
        command = ["pdftoppm", "-r", "300", "-f", str(page), "-l", str(page), str(path)]
        rendered = subprocess.run(command, capture_output=True, check=True).stdout
        zxingcpp.read_barcodes(Image.open(io.BytesIO(rendered)))


def _copy(path: Path, folder: Path) -> None:
    shutil.copyfile(path, folder / "copie.pdf")


def _scan(folder: Path, count: int) -> Path:
    """Make a scan of `count` pages: some are drawn, the others are the same with other bytes after their image."""
    path = folder / f"{count}.pdf"
    drawn = scan([Side(recto=page) for page in _pages(min(count, PAGES))], replace(Settings(skew=1.0), dpi=DPI))
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        for number in range(len(pdf.pages), count):
            pdf.pages.append(pdf.pages[number % PAGES])
            _make_unique(pdf, number)
        pdf.save(path)
    return path


def _pages(count: int) -> list[Image.Image]:
    return [_sheet(number) if number % EACH == 0 else _invoice(number) for number in range(count)]


def _sheet(number: int) -> Image.Image:
    return printed(sheets_pdf([(Sheet(route="SCOLAIRE", serial=number), "Affaires scolaires")]), DPI)[0]


def _invoice(number: int) -> Image.Image:
    page = Image.new("L", (2480, 3508), 255)
    pen = ImageDraw.Draw(page)
    for row in range(60):
        pen.text(
            (200, 300 + 50 * row), f"{number:03d} prestation de la ligne {row}   {row * 17},50", fill=0, font_size=36
        )
    return page


def _make_unique(pdf: pikepdf.Pdf, number: int) -> None:
    page = pdf.pages[number]
    (image,) = page.resources.XObject.values()
    other: Any = pdf.copy_foreign(image) if image.is_owned_by(pdf) is False else pdf.make_stream(image.read_raw_bytes())
    for key, value in image.stream_dict.items():
        if key not in {"/Length", "/Filter"}:
            other.stream_dict[key] = value
    other.write(image.read_raw_bytes() + b"%d" % number, filter=pikepdf.Name.DCTDecode)
    page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=other))


def _cpu(work: Callable[[], object]) -> float:
    before = _spent()
    work()
    return _spent() - before


def _spent() -> float:
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime


def _wall(work: Callable[[], object]) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def _ratio(pairs: list[tuple[float, float]]) -> dict[str, float]:
    ours, floor = statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)
    return {
        "rapport": round(statistics.median(one / other for one, other in pairs), 3),
        "secondes": round(ours, 3),
        "plancher": round(floor, 3),
    }


def _line(result: tuple[str, dict[str, float]]) -> str:
    name, figures = result
    return f"{name:<13}" + "   ".join(f"{key} {value}" for key, value in figures.items())


if __name__ == "__main__":
    main()
