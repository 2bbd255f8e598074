"""What came before the day: communes that did well until yesterday, others whose neighbours failed them already."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final

from crash.syndicat.syndicate import Syndicate
from dematfin.domain.unattended.run import DAY, Run
from dematfin.support.clock import SystemClock

PARIS: Final = SystemClock("Europe/Paris")
NOTHING: Final[Mapping[str, Collection[str]]] = {}
TWO_DAYS: Final = timedelta(days=2)
SAID: Final = "Le voisin ne répond pas."


def hour() -> int:
    """Return an hour of the day that is far away: it has passed within a day, and will not come during a trial."""
    found = (PARIS.local(PARIS.now()) + timedelta(hours=12)).hour
    return found + (found == 2)  # when clocks change, this one comes twice or never


def hours(sirets: Iterable[str], own: Mapping[str, str]) -> dict[str, str]:
    """Return the lines of each commune whose day is due once, now."""
    return {one: f'horaires.journee = ["0 {hour()} * * *"]\n{own.get(one, "")}' for one in sirets}


def remember(syndicate: Syndicate, failing: Mapping[str, Collection[str]] = NOTHING, ago: timedelta = TWO_DAYS) -> None:
    """Give each commune its last day, so long ago; `failing`: the steps that failed then, by SIRET."""
    began = PARIS.now() - ago
    for one in syndicate.communes:
        steps = failing.get(one.siret, ())
        runs = [_failed(key, began) for key in steps]
        day = _failed(DAY, began) if steps else Run(id=DAY, began_at=began).begun(began).ended(began)
        with syndicate.app(one.siret).ledger.transaction() as books:
            books.save(day, *runs)


def _failed(key: str, at: datetime) -> Run:
    well = Run(id=key, began_at=at - timedelta(days=2)).ended(at - timedelta(days=2))
    return well.begun(at).told(1, (SAID,)).ended(at)
