"""Time: what our clock says, against the journal and against the neighbours."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Final

from dematfin.cli.checks.examined import Examined
from dematfin.cli.checks.line import Line, bad, good
from dematfin.cli.output import instant
from dematfin.errors import RuleError
from dematfin.support.http import Heard

CLOCK: Final = "horloge"
TOLERATED: Final = timedelta(minutes=2)
SET: Final = "Réglez l'horloge de la machine (timedatectl set-ntp true)"


def clock(examined: Examined) -> Iterator[Line]:
    """An event later than now means that the clock has gone back."""
    newest, now = examined.base.newest(), examined.now
    if newest is not None and newest > now:
        found = f"il est {instant(now)}, et le journal a un évènement du {instant(examined.clock.local(newest))}"
        yield bad(CLOCK, found, f"Ne signez rien. {SET}, puis recommencez.", RuleError.exit_code)
    else:
        yield good(CLOCK, f"{instant(now)}, fuseau {examined.settings.fuseau}")


def compared(examined: Examined, heard: Iterable[Heard]) -> Iterator[Line]:
    """Compare what the answers of neighbours say of the time with ours: one line a host that is far from it."""
    now, ticks = examined.clock.now(), monotonic()
    for host, told, came in {one[0]: one for one in heard}.values():
        ours = now - timedelta(seconds=ticks - came)
        try:
            gap = parsedate_to_datetime(told) - ours
        except (TypeError, ValueError):
            continue  # a neighbour without a clock says nothing of ours
        if abs(gap) > TOLERATED:
            where = "en retard" if gap > timedelta() else "en avance"
            found = f"{where} de {abs(gap) // timedelta(minutes=1)} min sur {host}"
            yield bad(CLOCK, found, f"{SET} : les jetons et les signatures seraient refusés.", RuleError.exit_code)
