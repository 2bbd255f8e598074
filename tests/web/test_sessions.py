"""The cookie, and when it stops being worth anything."""

from collections.abc import Callable
from dataclasses import replace
from http.cookies import SimpleCookie

import httpx
import pytest

from dematfin.acts import accounts
from examples import ADMIN, VISEUR
from visa.desks import DST
from web.served import Served
from web.town import PASSWORD, Town
from web.visitor import Visitor

FRESH = "quatre mules sous la halle"


def cookie(answer: httpx.Response) -> tuple[str, dict[str, str]]:
    (name, morsel), *others = SimpleCookie(answer.headers["Set-Cookie"]).items()
    assert others == []
    return name, {key: value for key, value in morsel.items() if value} | {"value": morsel.value}


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/visas").status_code == 200


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(pages: Served) -> None:
    with Visitor(pages) as visitor:
        name, said = cookie(visitor.sign_in(VISEUR))
        value = said.pop("value")
        assert (name, said) == ("dematfin", {"path": "/", "httponly": True, "samesite": "lax"})
        assert len(value) >= 43  # 256 bits


def test_behind_tls_it_travels_by_tls_only_and_belongs_to_one_host(serving: Callable[..., Served]) -> None:
    with Visitor(serving(url="https://visas.valbrume.example"), Host="visas.valbrume.example") as visitor:
        answer = visitor.get("/connexion")
        name, said = cookie(answer)
        said.pop("value")
        assert (name, said) == (
            "__Host-dematfin", {"path": "/", "httponly": True, "samesite": "lax", "secure": True},
        )  # fmt: skip
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_a_token_planted_before_signing_in_opens_nothing(pages: Served) -> None:
    with Visitor(pages) as victim, Visitor(pages) as thief:
        for one in (victim, thief):
            one.http.cookies.set("dematfin", "plante", domain="127.0.0.1")
        victim.sign_in(VISEUR)
        assert is_in(victim)
        assert not is_in(thief)


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "é", '"', "a b"])
def test_a_token_that_is_not_ours_is_nobody(token: str, pages: Served) -> None:
    answer = httpx.get(f"{pages.url}/visas", headers={b"Cookie": f"dematfin={token}".encode()})
    assert answer.status_code == 303


def test_signing_out_ends_the_session_and_not_the_neighbours(pages: Served) -> None:
    with Visitor(pages) as visitor, Visitor(pages) as elsewhere:
        visitor.sign_in(VISEUR)
        elsewhere.sign_in(VISEUR)
        token = visitor.http.cookies["dematfin"]
        visitor.post("/deconnexion")
        assert visitor.http.cookies["dematfin"] != token
        assert not is_in(visitor)
        visitor.http.cookies.set("dematfin", token, domain="127.0.0.1")
        assert not is_in(visitor)
        assert is_in(elsewhere)


def test_a_session_that_sleeps_ends_and_one_that_is_used_lives_on(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        for _ in range(3):
            town.clock.advance(minutes=30)
            assert is_in(visitor)
        town.clock.advance(minutes=30, seconds=1)
        assert not is_in(visitor)


def test_the_sleep_that_is_allowed_is_a_setting(town: Town, serving: Callable[..., Served]) -> None:
    with Visitor(serving(inactivite=5)) as visitor:
        visitor.sign_in(VISEUR)
        town.clock.advance(minutes=5, seconds=1)
        assert not is_in(visitor)


def test_a_session_ends_after_half_a_day_however_busy(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        for _ in range(24):
            town.clock.advance(minutes=30)
            assert is_in(visitor)
        town.clock.advance(seconds=1)
        assert not is_in(visitor)


def test_a_new_password_puts_the_other_browsers_out(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor, Visitor(pages) as elsewhere, Visitor(pages) as colleague:
        visitor.sign_in(VISEUR)
        elsewhere.sign_in(VISEUR)
        colleague.sign_in(DST)
        town.clock.advance(minutes=1)
        changed = visitor.post("/compte", {"present": PASSWORD, "nouveau": FRESH, "encore": FRESH})
        assert changed.status_code == 303
        assert [is_in(one) for one in (visitor, elsewhere, colleague)] == [True, False, True]
        assert elsewhere.sign_in(VISEUR).status_code == 403
        assert elsewhere.sign_in(VISEUR, FRESH).status_code == 303


def test_a_password_given_by_an_administrateur_elsewhere_puts_everybody_out(town: Town, pages: Served) -> None:
    """The command line is another process: what it changes holds here from the next request on."""
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        town.clock.advance(minutes=1)
        accounts.set_password(town.app, ADMIN, VISEUR.id, FRESH)
        assert not is_in(visitor)


def test_whoever_is_no_longer_active_is_out_at_once(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        town.save(replace(VISEUR, active=False))
        assert not is_in(visitor)
        assert visitor.sign_in(VISEUR).status_code == 403


def test_rights_are_read_anew_at_each_request(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        visitor.sign_in(VISEUR)
        assert "F2026-000001" in visitor.get("/visas").text
        town.save(replace(VISEUR, desks=frozenset({"SPORT"})))
        assert "F2026-000001" not in visitor.get("/visas").text
