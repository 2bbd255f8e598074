"""Reads are tried again at once."""

from collections.abc import Iterator

import pytest
import stamina


@pytest.fixture
def no_wait() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield
