"""The neighbours in a child of their own: they commit the faults of a plan, until they are told to behave."""

import os
import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from crash.campaign.carrier import Carrier
from crash.campaign.children import Child, fork
from crash.campaign.town import Town
from dematfin.sandbox.neighbours import Neighbours

BEHAVE: Final = signal.SIGUSR1
READY: Final = b"."
EVERY: Final = 0.01


CARRIER: Final = "porteur"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a neighbour is asked to commit, so many times."""

    neighbour: str
    name: str
    times: int = 1

    def set(self, neighbours: Neighbours, times: int) -> None:
        """Ask for it."""
        if self.neighbour == CARRIER:
            return
        (neighbours.tdt if self.neighbour == "tdt" else neighbours.chorus).faults.set(self.name, times)


TWICE: Final = Fault(neighbour=CARRIER, name="brought_twice")
"""Each answer is brought under two names."""


@contextmanager
def served(town: Town, faults: Iterable[Fault]) -> Iterator[Child]:
    """Have the neighbours of a town answer."""
    asked = tuple(faults)
    hear, say = os.pipe()
    child = fork(lambda: _serve(town, asked, say), town.log("voisins.txt"))
    os.close(say)
    try:
        if os.read(hear, len(READY)) != READY:
            child.end()
        yield child
    finally:
        os.close(hear)
        with suppress(ProcessLookupError):
            child.tell(signal.SIGTERM)
            child.end()


def _serve(town: Town, faults: tuple[Fault, ...], say: int) -> None:
    told = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: told.set())
    with Neighbours(town.sandbox) as neighbours:
        _misbehave(neighbours, {fault: fault.times for fault in faults})
        signal.signal(BEHAVE, lambda *_: _misbehave(neighbours, dict.fromkeys(faults, 0)))
        os.write(say, READY)
        carrier = Carrier(town, neighbours.tdt, twice=TWICE in faults)
        while not told.wait(EVERY):
            carrier.round()


def _misbehave(neighbours: Neighbours, times: Mapping[Fault, int]) -> None:
    for fault, count in times.items():
        fault.set(neighbours, count)
