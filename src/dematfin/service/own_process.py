"""A step that has killed its process twice is run in a process of its own: the next time, it takes nobody with it.

Whatever ran beside it and died of it is run so too, comes to its end there, and is cleared of suspicion.
"""

import multiprocessing
import signal
from collections.abc import Callable
from typing import Final

from dematfin.domain.unattended.run import Run
from dematfin.errors import ComeBackLater
from dematfin.support.logs import speak_up

DEATHS: Final = 2
DIED: Final = "L'étape a arrêté le processus qui la faisait. Elle sera reprise, puis mise de côté s'il meurt encore."

AWAY: Final = "L'étape n'a pas pu être faite : elle l'est ailleurs, ou la base ne répond pas. Elle sera reprise."


def is_suspect(last: Run) -> bool:
    """Say whether processes keep dying in a step, or beside it."""
    return last.was_cut_short and last.attempts >= DEATHS


def run_apart(work: Callable[[], None]) -> None:
    """Do some work, which a process can be handed, in a process of its own.

    Raises:
        ComeBackLater: it could not be done now, or its process died.
    """
    child = multiprocessing.get_context("spawn").Process(target=_ends, args=(work,))
    child.start()
    child.join()
    if child.exitcode:
        raise ComeBackLater(DIED if child.exitcode < 0 else AWAY)


def _ends(work: Callable[[], None]) -> None:
    """End what has begun, whatever the system asks of the whole family."""
    speak_up()
    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, signal.SIG_IGN)
    try:
        work()
    except ComeBackLater as error:
        raise SystemExit(error.exit_code) from error
