"""What every answer tells the browser, errors and documents included; and under which names we answer."""

from collections.abc import Callable

import httpx
import pytest

from dematfin.acts import visa_views
from examples import VISEUR
from web.served import Served
from web.town import LATE, Town
from web.visitor import Visitor

PATHS = (
    "/", "/connexion", "/visas", "/absences", "/compte", "/dematfin.css", f"/dossier/{LATE}", "/dossier/F1",
    "/nulle-part", "/accueil", "/chiffres", "/chiffres/2026-02",
)  # fmt: skip


def check(answer: httpx.Response) -> None:
    policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert "script-src" not in policy
    assert policy.get("style-src") == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert (policy["form-action"], policy["base-uri"]) == ("'self'", "'none'")
    check_always(answer)


def check_always(answer: httpx.Response) -> None:
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"] or answer.url.path == "/dematfin.css"
    assert "Server" not in answer.headers


def test_every_answer_is_guarded(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        for path in PATHS:
            check(visitor.get(path))
        visitor.sign_in(VISEUR)
        for path in PATHS:
            check(visitor.get(path))
            check(visitor.http.put(path))
            check(visitor.post(path))
        check(visitor.post("/connexion", files={"document": ("gros.pdf", bytes(22_000_000))}))


def test_a_document_may_be_shown_in_our_page_only_and_runs_nothing(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        answer = visitor.get(town.document(LATE))
        check_always(answer)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "frame-ancestors 'self'" in policy
        assert "script" not in policy


def test_an_error_that_nobody_foresaw_is_guarded_and_tells_nothing_of_it(
    pages: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        message = "mot de passe secret"
        raise ZeroDivisionError(message)

    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        monkeypatch.setattr(visa_views, "queue", broken)
        answer = visitor.get("/visas")
        assert answer.status_code == 500
        assert "secret" not in answer.text
        assert "Rien n'est perdu" in answer.text.replace("&#39;", "'")
        check(answer)


def test_no_page_holds_a_script_or_a_style_of_its_own(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        for path in ("/visas", "/absences", "/compte", f"/dossier/{LATE}"):
            page = visitor.get(path).text
            assert not any(
                word in page for word in ("<script", "style=", "onclick", "javascript:", "http://", "https://")
            )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "[", "a:b:c", "evil.example@"])
def test_under_another_name_nothing_is_answered(host: str, serving: Callable[..., Served]) -> None:
    served = serving(url="https://visas.valbrume.example")
    answer = httpx.get(f"{served.url}/connexion", headers={"Host": host})
    assert answer.status_code in {400, 421}
    assert "form" not in answer.text


@pytest.mark.parametrize(
    "host", ["visas.valbrume.example", "127.0.0.1:1", "localhost", "[::1]:8400", "VISAS.valbrume.example"]
)
def test_under_our_own_names_we_answer(host: str, serving: Callable[..., Served]) -> None:
    served = serving(url="https://visas.valbrume.example")
    assert httpx.get(f"{served.url}/connexion", headers={"Host": host}).status_code == 200
