"""What a monitoring is answered by the pages: ok or ko, to anybody, and nothing else."""

import httpx
import pytest

from dematfin.errors import ComeBackLater
from dematfin.web import health
from web.served import Served


def test_a_stranger_learns_that_all_is_well_and_no_more(pages: Served) -> None:
    for path in ("/healthz", "/readyz"):
        answer = httpx.get(f"{pages.url}{path}", trust_env=False)
        assert (answer.status_code, answer.text) == (200, "ok\n")
        assert "set-cookie" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"
        assert httpx.post(f"{pages.url}{path}", trust_env=False).status_code == 405


def test_a_base_that_is_away_is_ko_while_the_pages_live(pages: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        message = "postgresql://dematfin:chut@base est arrêtée"
        raise ComeBackLater(message)

    monkeypatch.setattr(health, "standing", away)
    answer = httpx.get(f"{pages.url}/readyz", trust_env=False)
    assert (answer.status_code, answer.text) == (503, "ko\n")
    assert httpx.get(f"{pages.url}/healthz", trust_env=False).status_code == 200


def test_who_asks_without_end_does_not_wear_the_base_out(pages: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(health, "standing", lambda *who: asked.append(who))
    for _ in range(20):
        httpx.get(f"{pages.url}/readyz", trust_env=False)
    assert len(asked) <= 3
