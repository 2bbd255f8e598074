"""Our adapter before the simulated i-Parapheur, by both its services, and the fake keep the same promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.parapheur import ParapheurContract
from dematfin.parapheur.bridge import IParapheur
from fakes.parapheur import FakeParapheur
from parapheur.platform import PATHS, Pages, adapter, simulated


class TestFakeParapheur(ParapheurContract):
    @pytest.fixture
    def there(self) -> FakeParapheur:
        return FakeParapheur()

    @pytest.fixture
    def people(self, there: FakeParapheur) -> FakeParapheur:
        return there


@pytest.mark.parametrize("path", PATHS.values(), ids=list(PATHS), scope="class")
class TestIParapheur(ParapheurContract):
    @pytest.fixture
    def url(self, tmp_path: Path, path: str) -> Iterator[str]:
        with simulated(tmp_path) as (_, url):
            yield url

    @pytest.fixture
    def there(self, url: str, path: str) -> IParapheur:
        return adapter(url + path)

    @pytest.fixture
    def people(self, url: str) -> Pages:
        return Pages(url)
