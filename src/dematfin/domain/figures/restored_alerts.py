"""What a base that was put back to an older point asks of people."""

from collections.abc import Iterator
from datetime import datetime

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.urgency import URGENT
from dematfin.domain.restoration import told


def of_restored(held: Holdings, now: datetime) -> Iterator[str]:
    """Yield that nothing leaves, then each thing that left and is unknown here; `now` is in local time."""
    for one in held.restored:
        yield f"{URGENT}{told(one.data_as_of.astimezone(now.tzinfo))}"
    for trace in held.traces:
        yield f"{URGENT}{trace.label} : {trace.said}. Voyez : dematfin reprise etat"
