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
    """The arrows of one kind of record, and the French words for its states."""

    def __init__(self, arrows: Mapping[State, frozenset[State]], words: Mapping[State, str]) -> None:
        self.arrows = arrows
        self.words = words

    def check(self, what: str, before: State, after: State) -> State:
        """Return `after` when the arrow exists; `what` names the record, as an agent does.

        Raises:
            IllegalTransition: naming the record and both states.
        """
        if after not in self.arrows[before]:
            message = f"{what} : l'état « {self.words[before]} » ne peut pas devenir « {self.words[after]} »."
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
