"""The people of the demonstration."""

from collections.abc import Iterable
from typing import Any

from dematfin.cli.context import system_account
from dematfin.domain.parties.person import Person, Role


def person(one: dict[str, Any]) -> Person:
    """Return somebody that the example data describe."""
    return Person(
        id=one["id"],
        name=one["nom"],
        roles=frozenset(Role(role) for role in one["roles"]),
        desks=frozenset(one.get("bureaux", [])),
        email=one.get("courriel", ""),
    )


def whoever_tries(others: Iterable[dict[str, Any]]) -> Person:
    """Return the person at the keyboard: every role, every desk, to try every command."""
    return Person(
        id="vous",
        name="Dominique Essai",
        roles=frozenset({Role.ADMINISTRATEUR, Role.AGENT, Role.VISEUR, Role.ORDONNATEUR, Role.DIRECTEUR}),
        desks=frozenset(desk for one in others for desk in one.get("bureaux", [])),
        system_user=system_account(),
        email="dominique.essai@valbrume.example",
    )
