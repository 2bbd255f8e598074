"""The page of figures in a real Chromium: no fault that axe sees, nothing wider than a phone, tables whole on paper."""

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Final

import pypdfium2

from dematfin.reports.html_report import write
from official import needs_chromium
from reports.a_report import DELAYS, LATE, REPORT, named, with_tables
from web.windows import chromium

pytestmark = needs_chromium
AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN: Final = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one => one.id))"


def test_it_is_read_by_all_on_every_screen_and_paper(tmp_path: Path) -> None:
    """One run for all: to start a browser takes longer than to look."""
    hostile = named("<script>alert(1)</script>", "X" * 10_000).tables[0]
    twins = (replace(LATE, key=f"moitie-{rank}", rows=LATE.rows[:12], chart=None) for rank in range(4))
    wide, narrow, paper = tmp_path / "large.html", tmp_path / "courte.html", tmp_path / "papier.html"
    wide.write_bytes(write(with_tables(*REPORT.tables, replace(hostile, key="x", title="X" * 200))))
    narrow.write_bytes(write(with_tables(DELAYS, replace(hostile, title="X" * 200))))
    broad = replace(DELAYS, columns=DELAYS.columns * 2, rows=tuple(row * 2 for row in DELAYS.rows), total=None)
    paper.write_bytes(write(with_tables(DELAYS, *twins, replace(LATE, chart=None), broad)))
    problems: list[str] = []
    with chromium() as browser:
        for width, file in ((1200, wide), (375, narrow)):
            page = browser.new_page(viewport={"width": width, "height": 800}, bypass_csp=True)
            page.on("console", lambda message: problems.append(message.text))
            page.on("dialog", lambda dialog: problems.append(dialog.message))
            page.goto(file.as_uri())
            page.evaluate(AXE)
            assert page.evaluate(RUN) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        page = browser.new_page()
        page.on("request", lambda request: problems.append(request.url))
        page.goto(paper.as_uri())
        printed = page.pdf(prefer_css_page_size=True)
    assert problems == [paper.as_uri()]
    check_paper(printed)


def check_paper(printed: bytes) -> None:
    """Check that a table which fits a page is whole, a longer one has its titles on each, a broad one lies down."""
    sheets = list(pypdfium2.PdfDocument(printed))
    pages = [sheet.get_textpage().get_text_range() for sheet in sheets]
    assert [sheet.get_width() > sheet.get_height() for sheet in sheets] == [False] * 5 + [True]
    motifs = [[int(rank) for rank in re.findall(r"^Motif n° (\d+) ", page, re.MULTILINE)] for page in pages]
    half = list(range(1, 13))
    assert motifs[:3] == [[], half * 2, half * 2]
    assert motifs[3] + motifs[4] == list(range(1, 61))
    assert [page.count("Motif Mandats") for page in pages] == [0, 2, 2, 1, 1, 0]
    for number, page in enumerate(pages, start=1):
        assert f"Chiffres arrêtés au 28/11/2026 à 07 h 12 (provisoire) page {number} / {len(pages)}" in page
