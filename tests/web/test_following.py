"""Bordereaux, flows and mandats as pages: the words of the commands, nothing that can be signed, nothing hidden."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser

from dematfin.acts import latest
from dematfin.config.web import WebSettings
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.flux import Flux, FluxState
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.parties.account import Account, digest_of
from examples import AGENT, MAIRE, VISEUR
from fakes.hall import Hall
from official import needs_chromium
from web.served import Served, serve
from web.test_accessibility import ZOOMED, faults
from web.town import PASSWORD, SALT, START
from web.visitor import Visitor
from web.windows import DESK, window

SCRIPT: Final = "<script>alert('payé')</script>"


@pytest.fixture
def hall(tmp_path: Path, cheap_digests: None) -> Hall:
    """Return a town hall with a bordereau that is paid and another one to sign, whose creditor has a hostile name."""
    hall = Hall.build(tmp_path)
    hall.to_sign("120.00", "45.30")
    hall.sign()
    hall.day()
    hall.certified("10.00", start=3)
    hall.day()
    with hall.ledger.transaction() as books:
        books.save(
            *(
                Account(id=one.id, salt=SALT, digest=digest_of(PASSWORD, SALT), changed_at=START)
                for one in (AGENT, VISEUR)
            )
        )
        for one in books.find(Mandat):
            books.save(replace(one, tiers=replace(one.tiers, name=f"{one.tiers.name} {SCRIPT}")))
    return hall


@pytest.fixture
def pages(hall: Hall) -> Iterator[Served]:
    running = serve(hall.app, WebSettings())
    yield running
    running.stop()


@pytest.fixture
def agent(pages: Served) -> Iterator[Visitor]:
    with Visitor(pages) as visitor:
        visitor.sign_in(AGENT)
        yield visitor


def words(page: str) -> str:
    """Return what a reader reads."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_a_mandat_is_followed_from_the_list_to_its_payment(hall: Hall, agent: Visitor) -> None:
    paid, waiting = hall.all(Bordereau)
    listed = agent.get("/bordereaux").text
    assert listed.index(waiting.id) < listed.index(paid.id)  # what waits comes first
    sheet = words(agent.get(f"/bordereau/{paid.id}").text)
    assert "165,30" in sheet and sheet.count(" payé ") == 2
    flow = words(agent.get(f"/flux/{paid.flux}").text)
    assert "Accepté par l'acquit" in flow and "accepté" in flow
    (first, _) = paid.mandats
    mandat = words(agent.get(f"/mandat/{first}").text)
    assert "Payé 120,00 € sur 120,00 €" in mandat


@needs_chromium
def test_each_page_is_accessible_and_what_it_names_opens(
    hall: Hall, browser: Browser, pages: Served, tmp_path: Path
) -> None:
    paid, waiting = hall.all(Bordereau)
    found = []
    with window(browser, pages, tmp_path, DESK) as at:
        at.sign_in(AGENT)
        for path in ("/bordereaux", f"/bordereau/{waiting.id}", "/flux", f"/flux/{paid.flux}"):
            at.open(path)
            found += faults(at)
        at.follow(f"Mandat n° {hall.all(Mandat)[0].number}", exact=True)
        found += faults(at)
        at.page.locator(".events").get_by_role("link", name=paid.flux, exact=True).first.click()
        at.page.wait_for_url(f"**/flux/{paid.flux}")
        at.page.set_viewport_size({"width": ZOOMED.width, "height": ZOOMED.height})
        at.follow("Bordereaux", exact=True)  # behind the menu, which the keyboard opens too
        assert at.heading == "Bordereaux"
        assert at.page.locator(".many ul").is_hidden()
    assert (found, at.problems) == ([], [])


def test_what_is_to_sign_says_where_it_is_signed_and_offers_no_way_here(hall: Hall, agent: Visitor) -> None:
    waiting = hall.all(Bordereau)[-1]
    page = agent.get(f"/bordereau/{waiting.id}").text
    assert f"dematfin bordereau signer {waiting.id}" in page
    assert page.count("<form") == 1  # to sign out
    with hall.ledger.reading() as books:
        assert books.get(Flux, waiting.flux).state is FluxState.BUILT


def test_the_book_opens_whole_and_runs_nothing(hall: Hall, agent: Visitor) -> None:
    waiting = hall.all(Bordereau)[-1]
    book = agent.get(f"/bordereau/{waiting.id}/livre")
    assert f"Livre du bordereau {waiting.id}" in words(book.text)
    assert "default-src 'none'" in book.headers["Content-Security-Policy"]
    assert "script-src" not in book.headers["Content-Security-Policy"]


def test_a_hostile_name_is_only_read(hall: Hall, agent: Visitor) -> None:
    sheet = hall.all(Bordereau)[-1]
    for path in (
        f"/bordereau/{sheet.id}",
        f"/bordereau/{sheet.id}/livre",
        f"/flux/{sheet.flux}",
        f"/mandat/{sheet.mandats[0]}",
    ):
        page = agent.get(path).text
        assert SCRIPT not in page and "&lt;script&gt;" in page, path


def test_what_waits_is_listed_however_old_and_the_rest_is_bounded(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "SHOWN", 1)
    paid, waiting = hall.all(Bordereau)
    with hall.ledger.transaction() as books:
        books.save(replace(waiting, emitted_on=paid.emitted_on.replace(year=2025)))
    assert [one.bordereau.id for one in latest.bordereaux(hall.app, MAIRE)] == [waiting.id, paid.id]
    assert {one.flux.id for one in latest.flows(hall.app, MAIRE)} == {waiting.flux, paid.flux}


def test_every_link_that_an_agent_or_a_head_of_service_is_shown_opens(hall: Hall, pages: Served) -> None:
    reached = {}
    for who in (AGENT, VISEUR):
        with Visitor(pages) as visitor:
            visitor.sign_in(who)
            reached[who] = visitor.follow_all()
            assert {path: said for path, said in reached[who].items() if said not in {200, 303}} == {}
    kinds = {path.split("/")[1] for path in reached[AGENT]}
    assert kinds >= {"facture", "dossier", "bordereau", "flux", "mandat", "a-traiter", "papier", "chiffres"}
    assert not any(path.startswith(("/facture", "/mandat", "/a-traiter", "/accueil")) for path in reached[VISEUR])


def test_a_head_of_service_follows_none_of_them(hall: Hall, pages: Served) -> None:
    sheet = hall.all(Bordereau)[0]
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        assert visitor.get(f"/bordereau/{sheet.id}").status_code == 403
        assert visitor.get(f"/mandat/{sheet.mandats[0]}").status_code == 403
        assert "Bordereaux" not in visitor.get("/visas").text
