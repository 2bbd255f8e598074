"""A simulated i-Parapheur of one's own, its pages, and our adapter before it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dematfin.parapheur.bridge import IParapheur
from dematfin.sandbox.iparapheur.app import ParapheurApp
from parapheur.platform import Pages, adapter, simulated


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[ParapheurApp, str]]:
    with simulated(tmp_path / "parapheur") as both:
        yield both


@pytest.fixture
def app(served: tuple[ParapheurApp, str]) -> ParapheurApp:
    return served[0]


@pytest.fixture
def url(served: tuple[ParapheurApp, str]) -> str:
    return served[1]


@pytest.fixture
def pages(url: str) -> Pages:
    return Pages(url)


@pytest.fixture
def there(url: str) -> IParapheur:
    return adapter(url)
