"""An empty base on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

import official
from dematfin.store.engine import open_engine


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=official.needs_postgres)])
def base(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return where an empty base is, first of one engine then of the other."""
    if request.param == "sqlite":
        return str(tmp_path / "registre.db")
    url: str = request.getfixturevalue("postgres")
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return url


@pytest.fixture
def engine(base: str) -> Iterator[Engine]:
    """Return an engine on it."""
    opened = open_engine(base)
    yield opened
    opened.dispose()
