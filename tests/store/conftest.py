"""An engine on an empty base."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from dematfin.store.engine import open_engine


@pytest.fixture
def engine(base: str) -> Iterator[Engine]:
    """Return an engine on it."""
    opened = open_engine(base)
    yield opened
    opened.dispose()
