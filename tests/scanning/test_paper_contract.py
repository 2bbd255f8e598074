"""The real reader and the fake one keep the same contract."""

from pathlib import Path

import pytest

from contracts.paper import PaperContract
from dematfin.ports.paper_reader import PaperReader
from dematfin.sandbox.copier import Settings, Side, scan
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings
from fakes.paper import FakePaper
from scanning.hostile import cut_in_the_middle
from scanning.stacks import invoice, sheet


class TestRealPaper(PaperContract):
    """On PDF files, in processes of their own."""

    @pytest.fixture
    def paper(self) -> PaperReader:
        return Paper(ScanSettings())

    def file(self, folder: Path, *pages: str) -> Path:
        path = folder / "scan.pdf"
        sides = [sheet(int(page[-1])) if page.startswith("sheet") else invoice(len(page) / 30) for page in pages]
        path.write_bytes(scan([Side(recto=side) for side in sides], Settings(dpi=100)))
        return path

    def spoiled(self, folder: Path) -> Path:
        path = folder / "abime.pdf"
        path.write_bytes(cut_in_the_middle())
        return path


class TestFakePaper(PaperContract):
    """On texts whose lines are pages."""

    @pytest.fixture
    def paper(self) -> PaperReader:
        return FakePaper()

    def file(self, folder: Path, *pages: str) -> Path:
        path = folder / "scan.txt"
        lines = [f"F:SCOLAIRE:{page[-1]}" if page.startswith("sheet") else page for page in pages]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def spoiled(self, folder: Path) -> Path:
        path = folder / "abime.txt"
        path.write_text("piège", encoding="utf-8")
        return path
