"""Calls to neighbours, counted by what became of them: what a process measures of its links."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from dematfin.errors import ConnectorError

ANSWERED: Final = "answered"
_COUNTED: Final[Counter[tuple[str, str]]] = Counter()
_TURN: Final = Lock()
OUTCOMES: Final = {
    "Unreachable": "unreachable",
    "UnknownOutcome": "unknown",
    "Refused": "refused",
    "AccessDenied": "denied",
    "AlreadyThere": "already_there",
    "BadAnswer": "bad_answer",
}


@contextmanager
def counted(service: str) -> Iterator[None]:
    """Count a call to a neighbour, that ends well or in one of our errors."""
    try:
        yield
    except ConnectorError as error:
        _count(service, OUTCOMES.get(type(error).__name__, "failed"))
        raise
    _count(service, ANSWERED)


def counts() -> dict[tuple[str, str], int]:
    """Return how many calls there were since this process began, by service and outcome."""
    with _TURN:
        return dict(_COUNTED)


def _count(service: str, outcome: str) -> None:
    with _TURN:
        _COUNTED[service, outcome] += 1
