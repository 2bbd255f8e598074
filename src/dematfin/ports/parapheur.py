"""A bought i-Parapheur: takes a folder, lets people decide there, gives it back with what they said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """Where a folder stands there."""

    WAITING = "WAITING"  # on somebody's desk
    FINISHED = "FINISHED"  # its circuit is over, everybody said yes
    REFUSED = "REFUSED"  # somebody said no
    GONE = "GONE"  # not there: deleted, or never arrived


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document; its name is data, never a path."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """A folder to send.

    Attributes:
        id: chosen by us, the same each time.
        service: whose circuit it takes.
        facts: what its metadata may say, by our own names.
    """

    id: str
    title: str
    service: str
    main: Paper
    annexes: tuple[Paper, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    annotation: str = ""
    due_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One line of a history: who did what; `name` is a display name, the only one that is told."""

    at: datetime | None
    name: str
    status: str
    annotation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What happened to a folder.

    Attributes:
        status: the last one, in its own words; `known`: we know what it means, else it is no reason to stop asking.
        said: who said yes, one line each; once it is refused, the line that refuses, alone.
        raw: the answer, byte for byte.
    """

    phase: Phase
    status: str
    known: bool = True
    said: tuple[Passage, ...] = ()
    raw: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What an ended folder holds: the slip that its circuit wrote, what people added, the metadata that they typed."""

    slip: Paper
    added: tuple[Paper, ...]
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A circuit that our folders take there: who is in it, and what keeps folders from being made in it, if anything.

    Attributes:
        services: whose folders take it; empty: all the others.
    """

    label: str
    services: tuple[str, ...]
    steps: tuple[str, ...] = ()
    trouble: str = ""


class Parapheur(Protocol):
    """A bought i-Parapheur. Each method raises Unreachable, AccessDenied or BadAnswer when it cannot be asked."""

    def check(self) -> None:
        """Try the link and the account, or raise what is wrong with them."""
        ...

    def routes(self) -> Sequence[Route]:
        """Return the circuits that our folders take, as they are set up there."""
        ...

    def submit(self, dossier: Dossier) -> None:
        """Send a folder; one that is there already under its id is sent.

        Raises:
            UnknownOutcome: it may have arrived: send it again, it will be one.
            Refused: it will not be taken as it is.
        """
        ...

    def moved(self, known: Mapping[str, str]) -> Iterable[str]:
        """Return, of the folders whose last status is given, those whose history is worth asking for."""
        ...

    def history(self, key: str) -> History:
        """Return what happened to a folder."""
        ...

    def documents(self, key: str, sent: int) -> Returned:
        """Return what an ended folder holds, without the `sent` annexes that it came with."""
        ...

    def close(self, key: str, *, refused: bool) -> None:
        """Put an ended folder away there; may be said twice. Raises Refused."""
        ...

    def withdraw(self, key: str) -> None:
        """Take back a folder that nobody has decided on; one that is not there is taken back. Raises Refused."""
        ...
