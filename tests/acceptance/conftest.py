"""The demonstration, for all the tests that look at what it leaves."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def demo(played: Path) -> Path:
    """Return the folder of a demonstration that has just been played, neighbours stopped."""
    return played
