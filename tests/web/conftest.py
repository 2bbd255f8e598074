"""One town built for the session and copied for each test; pages served for real; one Chromium for the session."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from dematfin.config.web import WebSettings
from dematfin.domain.parties import account
from web.served import Served, serve
from web.town import Town, built
from web.windows import DESK, KINDS, Kind, Window, chromium, window

CHEAP: int = 2
"""A digest that costs nothing: what a real one costs is measured by the tests of accounts."""


@pytest.fixture(autouse=True, scope="session")
def cheap_digests() -> Iterator[None]:
    """Let passwords be tried at once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(account, "COST", CHEAP)
        yield


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory, cheap_digests: None) -> Town:
    """Return the town that others are copied from."""
    return built(tmp_path_factory.mktemp("ville") / "modele")


@pytest.fixture
def town(model: Town, tmp_path: Path) -> Town:
    """Return a town of one's own."""
    return model.copy(tmp_path / "ville")


@pytest.fixture
def serving(town: Town) -> Iterator[Callable[..., Served]]:
    """Return what serves the pages of the town, with such settings as are given, until the test ends."""
    running = []

    def begin(**settings: object) -> Served:
        running.append(serve(town.app, WebSettings.model_validate(settings)))
        return running[-1]

    yield begin
    for one in running:
        one.stop()


@pytest.fixture
def pages(serving: Callable[..., Served]) -> Served:
    """Serve the pages as on one machine, without a proxy."""
    return serving()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Run one Chromium for the tests of a file: its loop would be in the way of others."""
    with chromium() as running:
        yield running


@pytest.fixture
def desk(browser: Browser, pages: Served, tmp_path: Path) -> Iterator[Window]:
    """Open a window on a desk."""
    with window(browser, pages, tmp_path, DESK) as opened:
        yield opened


@pytest.fixture(params=KINDS, ids=lambda kind: kind.name)
def seen(request: pytest.FixtureRequest, browser: Browser, pages: Served, tmp_path: Path) -> Iterator[Window]:
    """Open a window of each kind; whatever was done in it, it has complained of nothing."""
    kind: Kind = request.param
    with window(browser, pages, tmp_path, kind) as opened:
        yield opened
    assert opened.problems == []
