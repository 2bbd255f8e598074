"""What goes wrong on the way to a neighbour: calls that fail, answers that are lost after all was done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dematfin.errors import UnknownOutcome
from dematfin.steps.transmit import transmit
from fakes.hall import Hall

LOST = UnknownOutcome("La réponse s'est perdue.")
NO_ARCHIVIST = UnknownOutcome("pas d'archiviste")


def failing(error: Exception) -> Callable[..., Any]:
    """Return a call that always fails."""

    def call(*_: object) -> Any:
        raise error

    return call


def signed_hall(folder: Path) -> Hall:
    """Return a town hall with a signed flow of two mandats."""
    built = Hall.build(folder)
    built.to_sign("120.00", "45.30")
    assert built.sign() == 1
    return built


def sent_hall(folder: Path) -> Hall:
    """Return a town hall whose bordereau 42, of mandats 1187 and 1188, was sent; its TdT has no retour."""
    built = signed_hall(folder)
    transmit(built.app)
    built.tdt.unread.clear()
    return built


def lose_the_answer(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send its flow: it arrives, the answer is lost, and the TdT lists nothing to us."""
    send = hall.tdt.send

    def arrives(path: Path, nomfic: str) -> str:
        send(path, nomfic)
        raise LOST

    monkeypatch.setattr(hall.tdt, "find", failing(NO_ARCHIVIST))
    with monkeypatch.context() as once:
        once.setattr(hall.tdt, "send", arrives)
        transmit(hall.app)
