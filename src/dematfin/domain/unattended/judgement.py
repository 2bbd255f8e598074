"""What is judged alike, in the same words, by `sante`, `/readyz`, `diagnostic` and the mail of the alarm."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

Hours = Callable[[datetime], datetime | None]
"""The first hour of a schedule after an instant; None: there is none any more."""
GRACE: Final = timedelta(minutes=30)
"""What a run may wait for its turn."""
LATE: Final = 2
"""Hours that pass without a run before it is late: one may come while the run before it lasts."""


def missed(hours: Hours, since: datetime, now: datetime) -> int:
    """Return how many hours that followed an instant are over, `LATE` at most."""
    hour: datetime | None = since
    for count in range(LATE):
        hour = hours(hour) if hour else None
        if hour is None or hour + GRACE > now:
            return count
    return LATE


def late(began: datetime) -> str:
    """Say of a thing that it is late, since it last began."""
    return f"plus lancée depuis le {began:%d/%m/%Y à %H:%M}, deux horaires ont passé."


def aside(key: str, since: datetime) -> str:
    """Say of a step that it was set aside."""
    return (
        f"Étape « {key} » : mise de côté depuis le {since:%d/%m/%Y à %H:%M}, le programme s'y est arrêté plusieurs "
        "fois de suite ; la journée se fait sans elle. Rien n'est perdu. Prévenez l'exploitant, puis relancez-la : "
        f"dematfin ouvrier relancer {key}"
    )


def broken_journal(walked_on: date) -> str:
    """Say that the chain of the journal was found broken."""
    return f"Le journal scellé est rompu (vérifié le {walked_on:%d/%m/%Y}). Ne signez rien, restaurez la base."
