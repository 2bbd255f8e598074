"""Which technical account shows which invoice: remembered from the lists, else each one is asked."""

from collections.abc import Callable, Iterator
from typing import TypeVar

from dematfin.chorus.failures import FunctionalError
from dematfin.errors import AccessDenied, Refused

T = TypeVar("T")


class Doors:
    """The accounts of a collectivité; with only one there is nothing to look for."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self._known: dict[str, str] = {}

    def remember(self, remote_id: str, door: str) -> None:
        """Note that an account shows an invoice."""
        self._known[remote_id] = door

    def ask(self, remote_id: str, question: Callable[[str], T]) -> tuple[str, T]:
        """Return the first account that answers a question about an invoice, and its answer.

        An invoice may go from one of our structures to another: an account that shows it no more sends to the next.

        Raises:
            AccessDenied: an account that is refused may be the one that shows it; nothing is sure.
            FunctionalError: none of them knows it.
        """
        refusals: list[Refused] = []
        for door in self._in_order(remote_id):
            try:
                answer = question(door)
            except (FunctionalError, AccessDenied) as error:
                refusals.append(error)
            else:
                self.remember(remote_id, door)
                return door, answer
        raise next((one for one in refusals if isinstance(one, AccessDenied)), refusals[0])

    def _in_order(self, remote_id: str) -> Iterator[str]:
        known = self._known.get(remote_id, self.names[0])
        yield known
        yield from (name for name in self.names if name != known)
