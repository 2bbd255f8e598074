"""The neighbours in a child of their own: they commit the faults of a plan, until they are told to behave."""

import os
import select
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from crash.campaign.carrier import Carrier
from crash.campaign.children import fork
from crash.campaign.clerk import Clerk
from crash.campaign.town import Town
from dematfin.sandbox.neighbours import Neighbours

BEHAVE, END = b"b", b"q"
Mandates = Callable[[Town], Clerk]
"""Who opens the finance software, where a budget is left to one."""
READY: Final = b"."
EVERY: Final = 0.01


CARRIER: Final = "porteur"
CLERK: Final = "logiciel"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What a neighbour is asked to commit, so many times."""

    neighbour: str
    name: str
    times: int = 1

    def set(self, neighbours: Neighbours, clerk: Clerk | None, times: int) -> None:
        """Ask for it."""
        if self.neighbour == CLERK and clerk:
            clerk.editor.faults.set(self.name, times)
        elif self.neighbour != CARRIER:
            (neighbours.tdt if self.neighbour == "tdt" else neighbours.chorus).faults.set(self.name, times)


TWICE: Final = Fault(neighbour=CARRIER, name="brought_twice")
"""Each answer is brought under two names."""


@dataclass(frozen=True, slots=True)
class Served:
    """The neighbours as their parent knows them: a pipe to tell them something, another to hear that it is done."""

    tell: int
    hear: int

    def behave(self) -> None:
        """Have them commit no more faults, from now on."""
        os.write(self.tell, BEHAVE)
        os.read(self.hear, len(READY))


@contextmanager
def served(town: Town, faults: Iterable[Fault], mandates: Mandates | None = None) -> Iterator[Served]:
    """Have the neighbours of a town answer."""
    asked = tuple(faults)
    (listen, tell), (hear, say) = os.pipe(), os.pipe()
    child = fork(lambda: _serve(town, asked, mandates, (listen, say)), town.log("voisins.txt"))
    os.close(say)
    os.close(listen)
    try:
        if os.read(hear, len(READY)) != READY:
            child.end()
        yield Served(tell, hear)
    finally:
        with suppress(BrokenPipeError):
            os.write(tell, END)
        child.end()
        os.close(hear)
        os.close(tell)


def _serve(town: Town, faults: tuple[Fault, ...], mandates: Mandates | None, pipes: tuple[int, int]) -> None:
    """Serve until told to end; no signal is used, a lock may be held when one comes."""
    listen, say = pipes
    clerk = mandates(town) if mandates else None
    with Neighbours(town.sandbox) as neighbours:
        _misbehave(neighbours, clerk, {fault: fault.times for fault in faults})
        os.write(say, READY)
        carrier = Carrier(town, neighbours.tdt, twice=TWICE in faults)
        while (told := _told(listen)) != END:
            if told == BEHAVE:
                _misbehave(neighbours, clerk, dict.fromkeys(faults, 0))
                os.write(say, READY)
            carrier.round()
            if clerk:
                clerk.round()


def _told(listen: int) -> bytes:
    heard, _, _ = select.select([listen], [], [], EVERY)
    return os.read(listen, 1) if heard else b""


def _misbehave(neighbours: Neighbours, clerk: Clerk | None, times: Mapping[Fault, int]) -> None:
    for fault, count in times.items():
        fault.set(neighbours, clerk, count)
