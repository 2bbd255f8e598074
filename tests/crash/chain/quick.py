"""What makes a run cost a second: nothing of the product that matters here is changed.

Files of paper are opened in the process itself: processes that die while they open one are another campaign's, and
each would load its libraries anew. Timers of neighbours are short.
"""

import json
from collections.abc import Iterator, Sequence

from dematfin.scanning import child, paper
from dematfin.scanning.warden import Bounds, Line


def quickly() -> None:
    """Have this process and its children do so."""
    paper.watch = _watch  # type: ignore[attr-defined]


def _watch(tasks: Sequence[Line], _: Bounds) -> Iterator[Line]:
    for task in tasks:
        said = json.loads(json.dumps(task))
        for line in child.TASKS[said["do"]](said):
            yield json.loads(json.dumps(line))
