"""How often workers look at what."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds, unless said otherwise.

    Attributes:
        heartbeat: between two signs of life of a worker.
        dead_after: without a sign of life, a worker is dead.
        recovery: between two looks at what the dead were doing.
        deaths: how often a job may fall before it is given up; a step is set aside long before, by the ledger.
        look: between two looks at the queue, where nothing is told of; `rest`: before a lane that stopped begins again.
        later: before a step that runs elsewhere is tried again.
        due: when what is due is put in the queue, in the fields of cron and, last, seconds.
    """

    heartbeat: float = 5
    dead_after: float = 15
    recovery: float = 5
    deaths: int = 40
    look: float = 5
    rest: float = 5
    later: int = 30
    due: str = "* * * * * 0"
