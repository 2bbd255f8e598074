"""The people of the demonstration."""

from typing import Any

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
