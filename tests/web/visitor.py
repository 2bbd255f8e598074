"""Somebody at a browser without a window: reads pages, sends their forms."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from typing import Final
from urllib.parse import urljoin

import httpx

from dematfin.config.web import WebSettings
from dematfin.domain.parties.person import Person
from web.served import Served, serve
from web.town import PASSWORD, Town

Fields = Mapping[str, str | list[str]]
Headers = Mapping[str, str]
Files = Mapping[str, tuple[str, bytes]]
HIDDEN: Final = re.compile(r'name="(seal|clic|vu)" value="([^"]*)"')
LINK: Final = re.compile(r'href="([^"#]+)(?:#[^"]*)?"')
WAIT: Final = 60


class Visitor:
    """One browser: its cookies, and the seal of the last page that it has read."""

    def __init__(self, served: Served, **headers: str) -> None:
        self.http = httpx.Client(base_url=served.url, timeout=WAIT, headers=headers)
        self.hidden: dict[str, str] = {}

    def __enter__(self) -> "Visitor":
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def get(self, path: str, headers: Headers | None = None) -> httpx.Response:
        """Ask for a page; what its forms repeat is kept."""
        answer = self.http.get(path, headers=headers)
        self.hidden |= dict(HIDDEN.findall(answer.text))
        return answer

    def post(
        self, path: str, fields: Fields | None = None, files: Files | None = None, headers: Headers | None = None
    ) -> httpx.Response:
        """Send a form with the seal of this browser, and with what the last page hid in its forms."""
        return self.http.post(path, data={**self.hidden, **(fields or {})}, files=files, headers=headers)

    def sign_in(self, who: Person, password: str = PASSWORD) -> httpx.Response:
        """Sign in, and look at the queue, whose forms are sealed anew."""
        self.get("/connexion")
        answer = self.post("/connexion", {"identifiant": who.id, "mot-de-passe": password})
        self.get("/visas")
        return answer

    def follow_all(self) -> dict[str, int]:
        """Open each page that links lead to, from the first one on; return what was answered at each address."""
        answered: dict[str, int] = {}
        waiting = ["/"]
        while waiting:
            path = waiting.pop()
            answer = self.get(path)
            answered[path] = answer.status_code
            led = LINK.findall(answer.text) if answer.headers.get("Content-Type", "").startswith("text/html") else ()
            reached = {urljoin(path, unescape(one)) for one in (*led, answer.headers.get("Location", ""))}
            waiting += sorted(reached - {path, *answered, *waiting})
        return answered


def problem(answer: httpx.Response) -> str:
    """Return what a page says went wrong, in words."""
    found = re.search(r'role="alert">.*?<p>(.*?)</p>|<p class="card">(.*?)</p>', answer.text, re.DOTALL)
    assert found, answer.text
    return unescape(found[1] or found[2])


@contextmanager
def unhurried(town: Town, who: Person) -> Iterator[Visitor]:
    """Serve behind a proxy that may name another address for each request, so that nobody asks too much."""
    served = serve(town.app, WebSettings.model_validate({"mandataires": ["127.0.0.1"]}))
    try:
        with Visitor(served) as visitor:
            visitor.sign_in(who)
            yield visitor
    finally:
        served.stop()
