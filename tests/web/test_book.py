"""The mayor's book in a real Chromium: no fault that axe sees, nothing wider than a phone, a mandat a page on paper."""

import re
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Final

import pypdfium2
import pytest
from playwright.sync_api import Browser

from dematfin.acts import book as acts
from dematfin.acts import run
from dematfin.domain.mandat.mandat import Line, Mandat
from dematfin.domain.registers import Imputation
from dematfin.reports.book import write
from dematfin.steps.prepare import prepare
from examples import AGENT, MAIRE
from fakes.hall import Hall
from official import needs_chromium

pytestmark = needs_chromium
AXE: Final = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RUN: Final = "axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(one => one.id))"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a book of three mandats, one of which has something unusual, with long words and no picture."""
    folder = tmp_path_factory.mktemp("livre")
    hall = Hall.build(folder)
    hall.certified("120.00", "45.30", "10.00")
    run.run(hall.app, AGENT, prepare)
    with hall.ledger.transaction() as books:
        odd = books.find(Mandat)[0]
        imputation = Imputation(nature="2152", fonction="845", operation="1204", investment=True)
        line = Line(number=1, imputation=imputation, amount=Decimal("100000.00"), tva=Decimal("20000.00"))
        books.save(replace(odd, engagement="", label="X" * 90, lines=(line,)))
    target = folder / "livre.html"
    with target.open("wb") as sink:
        write(acts.book(hall.app, MAIRE, "COMMUNE-2026-42"), lambda _: b"", sink)
    return target


@pytest.mark.parametrize("width", [1200, 375])
def test_axe_finds_no_fault_and_nothing_is_wider_than_the_window(browser: Browser, book: Path, width: int) -> None:
    with browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(book.as_uri())
        page.evaluate(AXE)
        assert page.evaluate(RUN) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_each_mandat_begins_a_page(browser: Browser, book: Path, tmp_path: Path) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(book.as_uri())
        page.pdf(path=tmp_path / "livre.pdf", prefer_css_page_size=True)
    printed = pypdfium2.PdfDocument(tmp_path / "livre.pdf")
    begun = [re.findall(r"Mandat n° (\d+) ·", one.get_textpage().get_text_range()) for one in printed]
    assert begun == [[], ["1187"], ["1188"], ["1189"]]
