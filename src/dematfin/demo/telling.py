"""How the demonstration tells a step."""

from collections.abc import Iterator

from dematfin.cli.output import extent
from dematfin.errors import DematfinError
from dematfin.steps.outcome import Outcome


def told(outcome: Outcome) -> Iterator[str]:
    """Tell the account of a step, which has no right to fail."""
    if outcome.failures:
        raise DematfinError(" ".join(failure.sentence for failure in outcome.failures))
    yield f"{outcome.step} : {extent(outcome)}"
    yield from outcome.notes
