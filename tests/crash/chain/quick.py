"""What makes a run cost a second: nothing of the product that matters here is changed.

Files of paper are opened in the process itself: processes that die while they open one are another campaign's, and
each would load its libraries anew. Children are born with all that their parent has loaded, and with the statements
that it has compiled for SQLite: engines of one kind share them.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from sqlalchemy import create_engine
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from dematfin.scanning import child, paper
from dematfin.scanning.warden import Bounds, Line
from dematfin.store import engine

STATEMENTS: Final[LRUCache[Any, Any]] = LRUCache(5000)
MEMORY: Final = Path("/dev/shm")

ROOM: Final = 1_000_000_000


def quickly() -> None:
    """Have this process and its children do so."""
    paper.watch = _watch  # type: ignore[assignment, attr-defined]
    SQLiteDialect_pysqlite.__eq__ = lambda self, other: type(self) is type(other)  # type: ignore[method-assign]
    SQLiteDialect_pysqlite.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
    make = create_engine

    def sharing(*arguments: Any, **named: Any) -> Any:
        made = make(*arguments, **named)
        made._compiled_cache = STATEMENTS
        return made

    engine.create_engine = sharing  # type: ignore[attr-defined]


def _watch(tasks: Sequence[Line], _: Bounds) -> Iterator[Line]:
    for task in tasks:
        said = json.loads(json.dumps(task))
        for line in child.TASKS[said["do"]](said):
            yield json.loads(json.dumps(line))


def somewhere() -> tempfile.TemporaryDirectory[str]:
    """Return a folder for towns, in memory where there is room: a container may have very little."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    return tempfile.TemporaryDirectory(prefix="chaine-", dir=MEMORY if roomy else None)
