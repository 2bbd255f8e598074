"""How much one visitor may ask: requests and passwords in a minute; and whose address is counted."""

from collections.abc import Callable
from itertools import count
from threading import Barrier, Thread

import httpx
import pytest

from dematfin.acts import accounts as acts
from dematfin.domain.parties import account as rules
from dematfin.domain.parties.account import Account, digest_of
from examples import VISEUR
from visa.desks import DST
from web.served import Served
from web.town import PASSWORD, Town
from web.visitor import Visitor, problem

TRUSTED = {"mandataires": ["127.0.0.1/32"]}


def until_refused(ask: Callable[[], httpx.Response], most: int) -> int:
    """Ask until told to wait; a minute may end meanwhile, so it may take twice the limit."""
    for number in range(1, 2 * most + 2):
        if ask().status_code == 429:
            return number
    raise AssertionError


def test_too_many_requests_are_told_to_wait(pages: Served) -> None:
    with Visitor(pages) as visitor:
        assert until_refused(lambda: visitor.http.get("/connexion"), 300) > 300
        answer = visitor.http.get("/visas")
        assert (answer.status_code, "Attendez un peu" in problem(answer)) == (429, True)


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        (["10.0.0.{n}"], "each alone"),
        (["203.0.113.9, 10.0.0.{n}"], "each alone"),
        (["10.0.0.{n}, 203.0.113.9"], "together"),
        (["10.0.0.{n}", "203.0.113.9"], "together"),
    ],
)
def test_behind_a_proxy_each_visitor_has_a_share_and_cannot_choose_its_address(
    said: list[str], counted: str, serving: Callable[..., Served]
) -> None:
    """What the proxy itself saw comes last, on the same line or on one of its own."""
    served, numbers = serving(**TRUSTED), count()

    def ask() -> httpx.Response:
        number = next(numbers)
        lines = [("X-Forwarded-For", one.format(n=number)) for one in said]
        return client.get("/connexion", headers=lines)

    with httpx.Client(base_url=served.url, timeout=60) as client:
        if counted == "together":
            assert until_refused(ask, 300) > 300
        else:
            assert {ask().status_code for _ in range(620)} == {200}


def test_an_address_that_anybody_claims_is_not_believed(pages: Served) -> None:
    numbers = count()
    with Visitor(pages) as visitor:
        claim = lambda: visitor.http.get("/connexion", headers={"X-Forwarded-For": f"10.0.0.{next(numbers)}"})  # noqa: E731
        assert until_refused(claim, 300) > 300


def test_passwords_are_not_tried_one_after_the_other(town: Town, pages: Served) -> None:
    """Whatever the names: twenty in a minute from one address, then not even the good one."""
    with Visitor(pages) as visitor:
        visitor.get("/connexion")
        said = []
        for number in range(42):
            typed = {"identifiant": f"inconnu{number}", "mot-de-passe": "non"}
            said.append(problem(visitor.post("/connexion", typed)))
        assert said.index("Trop d'essais en une minute depuis ce poste. Attendez un peu.") >= 20
        good = visitor.post("/connexion", {"identifiant": VISEUR.id, "mot-de-passe": PASSWORD})
        assert good.status_code == 403


def wrong(visitor: Visitor, who: str, password: str = "ce n'est pas lui") -> str:
    visitor.get("/connexion")
    answer = visitor.post("/connexion", {"identifiant": who, "mot-de-passe": password})
    assert answer.status_code == 403
    return problem(answer)


def test_five_wrong_passwords_close_the_account_for_a_quarter_of_an_hour(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        told = {wrong(visitor, VISEUR.id) for _ in range(5)}
        assert "compte fermé 15 minutes" in town.events()[-1]
        events = len(town.events())
        told.add(wrong(visitor, VISEUR.id, PASSWORD))
        town.clock.advance(minutes=14, seconds=59)
        told.add(wrong(visitor, VISEUR.id, PASSWORD))
        told.add(wrong(visitor, "personne"))
        assert len(told) == 1  # neither a lock nor a name can be told from outside
        assert len(town.events()) == events
        town.clock.advance(seconds=1)
        assert visitor.sign_in(VISEUR).status_code == 303
        assert visitor.get("/visas").status_code == 200


def test_a_good_password_forgives_the_wrong_ones_before_it(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        for _ in range(2):
            for _ in range(4):
                wrong(visitor, VISEUR.id)
            assert visitor.sign_in(VISEUR).status_code == 303
            visitor.post("/deconnexion")
    assert not any("fermé" in one for one in town.events())


def test_the_lock_is_of_one_account(town: Town, pages: Served) -> None:
    with Visitor(pages) as visitor:
        for _ in range(5):
            wrong(visitor, VISEUR.id)
        assert visitor.sign_in(DST).status_code == 303


def test_wrong_passwords_all_at_once_are_all_counted(town: Town, pages: Served) -> None:
    barrier = Barrier(8)

    def attack() -> None:
        with Visitor(pages) as visitor:
            visitor.get("/connexion")
            barrier.wait(timeout=30)
            visitor.post("/connexion", {"identifiant": VISEUR.id, "mot-de-passe": "faux"})

    threads = [Thread(target=attack) for _ in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    (locked,) = [one for one in town.all(Account) if one.id == VISEUR.id]
    assert locked.locked_until is not None
    assert sum("fermé" in one for one in town.events()) == 1


@pytest.mark.parametrize("name", ["personne", "parti", "viseur", ""])
def test_a_wrong_sign_in_costs_one_digest_whoever_it_names(
    name: str, town: Town, pages: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time of an answer, which is that of a digest, tells nothing of who exists."""
    made = []

    def counted(password: str, salt: str) -> str:
        made.append(1)
        return digest_of(password, salt)

    monkeypatch.setattr(rules, "digest_of", counted)
    monkeypatch.setattr(acts, "digest_of", counted)
    with Visitor(pages) as visitor:
        wrong(visitor, name)
    assert made == [1]
