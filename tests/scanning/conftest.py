"""The real reader, on files that the tests make."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dematfin.domain.paper.pages import Sight
from dematfin.scanning.admission import Limits
from dematfin.scanning.inspect import Watch, inspect
from dematfin.scanning.paper import Paper
from dematfin.scanning.settings import ScanSettings

Look = Callable[[bytes], tuple[Sight, ...]]


@pytest.fixture
def paper() -> Paper:
    return Paper(ScanSettings(secondes_par_page=20))


@pytest.fixture
def look(tmp_path: Path) -> Iterator[Look]:
    """Look at a file in this process: the one that is bounded does the same."""

    def looked(data: bytes) -> tuple[Sight, ...]:
        path = tmp_path / "scan.pdf"
        path.write_bytes(data)
        return tuple(inspect(path, Limits(), Watch()))

    yield looked
