"""Signing in: the answer holds for the account as it is when it is given, not as it was when the digest began."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from dematfin.acts import accounts
from dematfin.domain.parties.account import LOCK, TRIES, Account
from dematfin.errors import Forbidden
from examples import ADMIN, VISEUR
from fakes.hall import Hall

FIRST, SECOND = "trois chevaux dans le préau", "quatre mules sous la halle"


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    built = Hall.build(tmp_path)
    accounts.set_password(built.app, ADMIN, VISEUR.id, FIRST)
    return built


def while_it_is_computed(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """Have something happen once a digest is computed, before anything is decided."""
    accepts = Account.accepts

    def slow(account: Account, password: str) -> bool:
        good = accepts(account, password)
        monkeypatch.setattr(Account, "accepts", accepts)
        what()
        return good

    monkeypatch.setattr(Account, "accepts", slow)


def wrong(hall: Hall) -> None:
    for number in range(TRIES):
        with pytest.raises(Forbidden):
            accounts.sign_in(hall.app, VISEUR.id, f"pas celui-là {number}")


def test_a_try_that_was_under_way_does_not_pass_a_lock(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sent together, any number of tries would otherwise be weighed against the account as it was before them."""
    while_it_is_computed(monkeypatch, lambda: wrong(hall))
    with pytest.raises(Forbidden):
        accounts.sign_in(hall.app, VISEUR.id, FIRST)
    hall.clock.advance(seconds=(LOCK + timedelta(seconds=1)).seconds)
    assert accounts.sign_in(hall.app, VISEUR.id, FIRST).id == VISEUR.id


def test_a_password_that_was_changed_meanwhile_opens_nothing(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """The session would begin after the change, and outlive it."""
    while_it_is_computed(monkeypatch, lambda: accounts.set_password(hall.app, ADMIN, VISEUR.id, SECOND))
    with pytest.raises(Forbidden):
        accounts.sign_in(hall.app, VISEUR.id, FIRST)
    assert accounts.sign_in(hall.app, VISEUR.id, SECOND).id == VISEUR.id
