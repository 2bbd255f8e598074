"""A dictated Chorus Pro, and our adapter in front of it."""

from collections.abc import Iterator

import pytest
import stamina

from chorus.platform import Platform, chorus_at
from dematfin.chorus.source import ChorusPro


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def chorus(platform: Platform) -> Iterator[ChorusPro]:
    with chorus_at(platform) as adapter:
        yield adapter


@pytest.fixture
def no_wait() -> Iterator[None]:
    """Try again at once, as often as in production."""
    with stamina.set_testing(True, attempts=4, cap=True):
        yield
