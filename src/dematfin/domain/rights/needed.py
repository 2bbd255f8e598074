"""What a line of the matrix says: the right that something demands, and so the roles that have it."""

from typing import Final, TypeAlias

from dematfin.domain.parties.person import MAY, Act, Role

Needed: TypeAlias = Act | tuple[Act, ...] | None
"""One right; one of several; None: nobody is asked who it is, or whoever governs the machine is enough."""
NOBODY: Final = frozenset[Role]()


def rights(needed: Needed) -> tuple[Act, ...]:
    """Return the rights of a line, any of which is enough."""
    return (needed,) if isinstance(needed, Act) else needed or ()


def roles(needed: Needed) -> frozenset[Role]:
    """Return the roles that have one of the rights of a line.

    >>> sorted(roles((Act.SIGN, Act.PREPARE)))
    [<Role.AGENT: 'agent'>, <Role.ORDONNATEUR: 'ordonnateur'>]
    """
    return NOBODY.union(*(MAY[act] for act in rights(needed)))
