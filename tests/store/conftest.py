"""An engine on a base without a record, first of one engine then of the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

import official
from dematfin.store.documents import FolderDocuments
from dematfin.store.engine import open_engine
from store.filled import fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return an engine on a base of which every table of evidence has rows; whoever changes it undoes what he did."""
    folder: Path = tmp_path_factory.mktemp("rempli")
    opened = open_engine(str(folder / "registre.db"))
    fill(opened, FolderDocuments(folder / "documents", 0))
    yield opened
    opened.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=official.needs_postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return an engine on it."""
    opened: Engine = request.getfixturevalue(request.param)
    return opened
