"""Each cell of role × act: without the right, one is told which role it takes before anything is touched."""

import ast
import inspect
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import fields
from importlib import import_module
from pathlib import Path
from typing import Any, Final, NoReturn

import pytest

import dematfin.acts
from dematfin.acts.run import NEEDS, run
from dematfin.domain.parties.person import Act, Person, Role
from dematfin.domain.rights.acts import ACTS
from dematfin.domain.rights.needed import Needed, rights, roles
from dematfin.errors import Forbidden
from dematfin.ports.app import App

FOLDER: Final = Path(dematfin.acts.__file__).parent
TELLS: Final = "il faut le rôle"


class Touched(BaseException):
    """Something was looked at; no trap of a step catches it."""


class Untouchable:
    """A port, a record or a word of the caller, of which nothing may be known before the right is asked."""

    def __getattr__(self, name: str) -> NoReturn:
        raise Touched(name)

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise Touched

    def __iter__(self) -> NoReturn:
        raise Touched

    def __str__(self) -> NoReturn:
        raise Touched


def public_acts() -> dict[str, Callable[..., Any]]:
    """Return what others may call in each module of acts."""
    found = {}
    for path in FOLDER.glob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found[f"{path.stem}.{node.name}"] = getattr(import_module(f"dematfin.acts.{path.stem}"), node.name)
    return found


FOUND: Final = public_acts()
GUARDED: Final = sorted(name for name in FOUND if ACTS.get(name))


def person(*given: Role, active: bool = True) -> Person:
    return Person(id="moi", name="Moi", roles=frozenset(given), active=active)


def attempt(name: str, who: Person) -> BaseException | None:
    """Do an act as somebody, everything else untouchable; return what it raised."""
    given = {"app": untouchable(), "who": who}
    act = FOUND[name]
    try:
        result = act(**{word: given.get(word, Untouchable()) for word in inspect.signature(act).parameters})
        if isinstance(result, AbstractContextManager):
            result.__enter__()
        elif isinstance(result, Iterator):
            next(result)
    except (Exception, Touched) as error:
        return error
    return None


def untouchable() -> App:
    return App(**{one.name: Untouchable() for one in fields(App)})  # type: ignore[arg-type]


def is_refused(error: BaseException | None, needed: Needed) -> bool:
    """Say whether somebody was told which right was missing, and which roles have it."""
    words = str(error) if isinstance(error, Forbidden) else ""
    return any(f"ne peut pas {act} : {TELLS} {' ou '.join(sorted(roles(act)))}." in words for act in rights(needed))


def test_each_act_has_its_line() -> None:
    missing = [f'    "{name}": Act.…,' for name in sorted(FOUND.keys() - ACTS.keys())]
    assert not missing, "add to domain/rights/acts.py:\n" + "\n".join(missing)
    gone = sorted(ACTS.keys() - FOUND.keys())
    assert not gone, f"take out of domain/rights/acts.py, no such act: {gone}"
    assert list(ACTS) == sorted(ACTS), "keep domain/rights/acts.py sorted"


@pytest.mark.parametrize("role", Role)
def test_who_has_no_right_is_told_before_anything_is_touched_and_who_has_gets_past(role: Role) -> None:
    for name in GUARDED:
        error = attempt(name, person(role))
        says = f"{name} by {role}: domain/rights/acts.py says otherwise: {error!r}"
        assert is_refused(error, ACTS[name]) is (role not in roles(ACTS[name])), says


def test_whoever_is_out_or_has_no_role_does_nothing() -> None:
    for name in GUARDED:
        assert is_refused(attempt(name, person(*Role, active=False)), ACTS[name]), name
        assert is_refused(attempt(name, person()), ACTS[name]), name


def test_two_roles_are_the_rights_of_both() -> None:
    for name in GUARDED:
        two = attempt(name, person(Role.AGENT, Role.ADMINISTRATEUR))
        allowed = roles(ACTS[name]) & {Role.AGENT, Role.ADMINISTRATEUR}
        assert is_refused(two, ACTS[name]) is not bool(allowed), name


def test_who_has_the_right_is_stopped_by_nothing_but_what_lies_behind() -> None:
    """Else the cells above would say nothing: something has to be touched, or a wrong word refused."""
    for name in GUARDED:
        assert not isinstance(attempt(name, person(*Role)), Forbidden), name


@pytest.mark.parametrize("role", Role)
def test_a_step_asks_for_its_own_right(role: Role) -> None:
    for step, act in NEEDS.items():
        with pytest.raises((Forbidden, Touched)) as caught:
            run(untouchable(), person(role), step)
        assert isinstance(caught.value, Forbidden) is (role not in roles(act)), step


def test_nobody_is_asked_only_where_nobody_is_known_yet() -> None:
    assert {name for name, needed in ACTS.items() if not needed} == {"accounts.sign_in", "consult.people"}


def test_each_right_is_asked_for_somewhere() -> None:
    assert {act for needed in ACTS.values() for act in rights(needed)} == set(Act)
