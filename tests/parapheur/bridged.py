"""A town hall whose visas are given in a bought i-Parapheur."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from dematfin.domain.visa.remote import Bridge, RemoteFolder
from dematfin.steps.outcome import Outcome
from dematfin.steps.parapheur import parapheur
from fakes.hall import Hall, Killed

DAY: Final = "2026-03-01"


def bridged_town(place: Path, *amounts: str, **policy: Any) -> Hall:
    """Return a hall where invoices, one of 120.00 unless said, lie in the i-Parapheur."""
    hall = Hall.build(place, **{"bridge": Bridge(), **policy})
    hall.deposit(*(amounts or ("120.00",)))
    hall.day()
    return hall


def there(hall: Hall) -> RemoteFolder:
    """Return the only folder of the i-Parapheur."""
    (only,) = hall.all(RemoteFolder)
    assert isinstance(only, RemoteFolder)
    return only


def poll(hall: Hall) -> Outcome:
    """Ask the i-Parapheur."""
    return parapheur(hall.app)


def survived(hall: Hall, work: Callable[[], object]) -> None:
    """Do something again until nobody dies of it."""
    while True:
        try:
            work()
        except Killed:
            hall.axe.at = None
        else:
            return
