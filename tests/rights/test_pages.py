"""Each cell of role × page: who has no right is told which role it takes and nothing else, and nothing is changed."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from typing import Final
from unittest.mock import patch

import httpx
import pytest
from starlette.routing import Route

from dematfin.config.web import WebSettings
from dematfin.domain.parties.person import Act, Person, Role
from dematfin.domain.rights.needed import roles
from dematfin.domain.rights.pages import PAGES
from dematfin.web.application import application
from dematfin.web.menu import MENU
from dematfin.web.sessions import Sessions
from fakes.hall import Hall

PROXY: Final = "127.0.0.1"
WHO: Final = "X-Identite"
KEYS: Final = {"periode": "2026-02", "format": "json", "page": "1"}
CLOSED: Final = sorted(key for key, needed in PAGES.items() if needed and key != "POST /deconnexion")
NOBODY: Final = "personne"
SECRET: Final = "PAPETERIE DU LAC"


class Site:
    """The real application, asked without a network, behind a proxy that says who asks."""

    def __init__(self, hall: Hall, loop: asyncio.Runner) -> None:
        settings = WebSettings.model_validate({"entete_identite": WHO, "mandataires": [f"{PROXY}/32"]})
        self._sessions = Sessions(timedelta(minutes=30), hall.clock.now)
        with patch("dematfin.web.application.Sessions", lambda *_: self._sessions):
            self.app = application(hall.app, settings)
        transport = httpx.ASGITransport(self.app, client=(PROXY, 1))
        self._client = httpx.AsyncClient(transport=transport, base_url=f"http://{PROXY}")
        self._loop = loop

    def ask(self, key: str, who: str, seal: str = "") -> httpx.Response:
        """Ask for a page, or send its form; each person comes from an address of its own."""
        method, path = key.split(" ")
        where = re.sub(r"{(\w+)}", lambda name: KEYS.get(name[1], "F2026-000001"), path)
        said = {"X-Forwarded-For": who} | ({WHO: who} if who != NOBODY else {})
        sent = {"seal": seal} if method == "POST" else None
        return self._loop.run(self._client.request(method, where, headers=said, data=sent))

    def sealed(self, who: str) -> str:
        """Return the seal of the forms of somebody, whose session begins."""
        self._client.cookies.clear()
        self.ask("GET /compte", who)
        return self._sessions.seal(self._client.cookies["dematfin"])


def person(role: Role) -> Person:
    return Person(id=role.value, name="Moi", roles=frozenset({role}))


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Hall:
    """Return a town hall with one invoice on a desk, and one person of each role, who has no desk."""
    made = Hall.build(tmp_path_factory.mktemp("mairie"))
    made.deposit("120.00")
    made.day()
    gone = replace(person(Role.AGENT), id="parti", active=False)
    with made.ledger.transaction() as books:
        books.save(*map(person, Role), gone)
    return made


@pytest.fixture(scope="module")
def site(hall: Hall) -> Iterator[Site]:
    with asyncio.Runner() as loop:
        yield Site(hall, loop)


def test_a_page_without_a_line_is_not_served(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PAGES, "GET /visas")
    with pytest.raises(LookupError, match=r'domain/rights/pages\.py .* "GET /visas": Act'):
        application(hall.app, WebSettings())


def test_each_line_is_a_page(site: Site) -> None:
    found = {f"{way} {one.path}" for one in site.app.routes if isinstance(one, Route) for way in one.methods or ()}
    assert {key for key in found if not key.startswith("HEAD ")} == PAGES.keys()


@pytest.mark.parametrize("role", Role)
def test_each_cell(hall: Hall, site: Site, role: Role) -> None:
    seal, before = site.sealed(role), dict(hall.ledger.records)
    for key in CLOSED:
        needed, answer = PAGES[key], site.ask(key, role, seal)
        says = f"{key} by {role}: {answer.status_code}, domain/rights/pages.py says otherwise"
        refused = f"il faut le rôle {' ou '.join(sorted(roles(needed)))}." in unescape(answer.text)
        assert refused is (role not in roles(needed)), says
        assert answer.status_code == 403 if refused else "ne vient pas d'une page" not in unescape(answer.text), says
        if refused:
            assert SECRET not in answer.text
            assert hall.ledger.records == before, says
        before = dict(hall.ledger.records)


@pytest.mark.parametrize("outsider", [NOBODY, "parti", "inconnu"])
def test_who_is_nobody_sees_and_changes_nothing(hall: Hall, site: Site, outsider: str) -> None:
    seal, before = site.sealed(outsider), dict(hall.ledger.records)
    for key in CLOSED:
        answer = site.ask(key, outsider, seal)
        assert answer.status_code == 403, key
        assert SECRET not in answer.text
    assert hall.ledger.records == before


def test_what_is_open_to_all_names_nobody_and_nothing(site: Site) -> None:
    for key in (key for key, needed in PAGES.items() if needed is None):
        assert SECRET not in site.ask(key, NOBODY).text, key


@pytest.mark.parametrize("role", Role)
def test_nobody_is_led_to_a_closed_door(site: Site, role: Role) -> None:
    shown = site.ask("GET /compte", role).text
    for entry in MENU:
        assert (f'href="{entry.path}"' in shown) is (role in roles(PAGES[f"GET {entry.path}"])), entry.path


def test_the_menu_asks_for_what_its_pages_ask_for() -> None:
    assert all(entry.act is PAGES[f"GET {entry.path}"] for entry in MENU)


def test_only_the_door_is_open_to_all() -> None:
    doors = {"/", "/dematfin.css", "/dematfin.svg", "/healthz", "/readyz", "/connexion"}
    assert {key.split()[1] for key, needed in PAGES.items() if needed is None} == doors
    assert Act.READ in PAGES.values()
