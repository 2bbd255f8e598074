"""What a base that was put back to an older point asks of people."""

from collections.abc import Iterator

from dematfin.domain.figures.holdings import Holdings
from dematfin.domain.figures.urgency import URGENT
from dematfin.domain.unattended.judgement import restored


def of_restored(held: Holdings) -> Iterator[str]:
    """Yield that nothing leaves, then each thing that left and is unknown here."""
    for one in held.restored:
        yield f"{URGENT}{restored(one.data_as_of)}"
    for trace in held.traces:
        yield f"{URGENT}{trace.label} : {trace.said}. Voyez : dematfin restauration etat"
