"""A TdT that loses answers, keeps deposits that land late, forgets what it has, and refuses what it ever had."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from dematfin.domain.mandat.deposit import Held, Phase
from dematfin.errors import (
    AlreadyThere,
    BadAnswer,
    ConfigError,
    Refused,
    UnknownOutcome,
    Unreachable,
)
from dematfin.ports.transmitter import Progress, ReturnItem
from fakes.hall import Killed

BEFORE: Final[dict[str, type[BaseException]]] = {
    "unreachable": Unreachable,
    "no certificate": ConfigError,
    "killed before": Killed,
}
ON_THE_WAY: Final[dict[str, type[BaseException]]] = {
    "refused": Refused,
    "never arrives": UnknownOutcome,
    "lands late": UnknownOutcome,
}
AFTER: Final[dict[str, type[BaseException]]] = {
    "answer lost": UnknownOutcome,
    "garbled": BadAnswer,
    "killed after": Killed,
}
MOODS: Final = ("well", *BEFORE, *ON_THE_WAY, *AFTER)


@dataclass
class ForgetfulTdt:
    """Implements Transmitter.

    Attributes:
        mood: what becomes of the next deposit.
        lists: whether it can be searched.
        alive: name and bytes of each deposit that may go to Hélios, by its number; lost: those that will not.
        late: deposits on their way, whose client has given up waiting.
    """

    mood: str = "well"
    lists: bool = False
    alive: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    lost: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    late: list[tuple[str, bytes]] = field(default_factory=list)
    sent: list[tuple[str, bytes]] = field(default_factory=list)

    refuses_twins = True
    name = "TdT oublieux"
    certificate_expires_on: date | None = None

    def send(self, flow: Path, nomfic: str) -> str:
        one, mood = (nomfic, flow.read_bytes()), self.mood
        self.mood = "well"
        if mood in BEFORE:
            raise BEFORE[mood]
        self.sent.append(one)
        if mood == "lands late":
            self.late.append(one)
        if mood in ON_THE_WAY and not (mood == "refused" and self.knows(one)):
            raise ON_THE_WAY[mood]
        number = self.take(one)
        if mood in AFTER:
            raise AFTER[mood]
        return number

    def take(self, one: tuple[str, bytes]) -> str:
        """Take a deposit in, unless its bytes were ever there."""
        if self.knows(one):
            raise AlreadyThere
        number = str(len(self.alive) + len(self.lost) + 1)
        self.alive[number] = one
        return number

    def knows(self, one: tuple[str, bytes]) -> bool:
        """Say whether these bytes were ever there."""
        return one in (*self.alive.values(), *self.lost.values())

    def land(self) -> None:
        """Have what was on its way arrive: well within the time after which a deposit is verified."""
        for one in self.late:
            if not self.knows(one):
                self.take(one)
        self.late.clear()

    def forget(self, number: str) -> None:
        """Have an administrator delete a deposit; its bytes are refused all the same."""
        self.lost[number] = self.alive.pop(number)

    def find(self, flow: Path, nomfic: str) -> str:
        if not self.lists:
            raise UnknownOutcome
        wanted = (nomfic, flow.read_bytes())
        return next((number for number, one in self.alive.items() if one == wanted), "")

    def confirm(self, remote_id: str, flow: Path, nomfic: str) -> bool:
        if remote_id not in self.alive:
            raise Refused
        return self.alive[remote_id] == (nomfic, flow.read_bytes())

    def deposits(self, since: date, until: date | None = None) -> tuple[Held, ...] | None:
        return None

    def recover(self, remote_id: str, target: Path) -> bool:
        return False

    def follow(self, remote_id: str, nomfic: str) -> Progress:
        return Progress(phase=Phase.WAITING if remote_id in self.alive else Phase.LOST)

    def returns(self) -> tuple[ReturnItem, ...]:
        return ()

    def fetch(self, item: ReturnItem) -> bytes:
        raise Refused

    def acknowledge(self, item: ReturnItem) -> None:
        raise Refused
