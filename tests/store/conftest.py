"""An engine on a base without a record, first of one engine then of the other."""

import pytest
from sqlalchemy import Engine

import official


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=official.needs_postgres)])
def engine(request: pytest.FixtureRequest) -> Engine:
    """Return an engine on it."""
    opened: Engine = request.getfixturevalue(request.param)
    return opened
