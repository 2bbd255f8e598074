"""A state machine as a table: which state may become which, by our own acts.

The table binds our acts only. What a neighbour reports (the comptable rejects, Chorus Pro shows another
status) is a fact: it is recorded whatever the table says.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from dematfin.errors import IllegalTransition

State = TypeVar("State", bound=StrEnum)


class Machine(Generic[State]):
    """The arrows of one kind of record."""

    def __init__(self, arrows: Mapping[State, frozenset[State]]) -> None:
        self.arrows = arrows

    def check(self, before: State, after: State) -> State:
        """Return `after` when the arrow exists.

        Raises:
            IllegalTransition: naming both states.
        """
        if after not in self.arrows[before]:
            message = f"Changement d'état impossible : {before} ne peut pas devenir {after}."
            raise IllegalTransition(message)
        return after

    def reachable(self, start: State) -> frozenset[State]:
        """Return every state that can be reached from `start`, itself included."""
        seen = {start}
        waiting = [start]
        while waiting:
            fresh = self.arrows[waiting.pop()] - seen
            seen |= fresh
            waiting.extend(fresh)
        return frozenset(seen)
