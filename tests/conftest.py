"""Rules of the whole suite: what may be missing, and what must be said of it."""

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

import official
from quiet import quieten

pytest_plugins = ("demonstration", "bundles", "postgres", "engines")

settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")  # a busy machine is slow, not wrong


quieten()

RARELY = 50_000
"""New objects between two searches for waste."""


@pytest.fixture(autouse=True)
def quiet_again() -> Iterator[None]:
    """Have no test hear what another one has asked to hear, in a stream that is closed since."""
    yield
    quieten()


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks, and refuse to begin in CI when a component is missing."""
    for mark, need in (
        ("needs_official", "reads the official schemas or samples"),
        ("needs_xmlsec1", "asks xmlsec1 for a second judgement"),
        ("needs_postgres", "runs on a real PostgreSQL"),
        ("needs_tesseract", "recognises pages by the real Tesseract"),
        ("needs_zbar", "asks the second reader of bar codes"),
        ("needs_chromium", "looks at pages in a real Chromium"),
        ("needs_softhsm", "signs with a real PKCS#11 token"),
    ):
        config.addinivalue_line("markers", f"{mark}: {need}")
    if os.environ.get("CI") == "true" and official.missing():
        raise pytest.UsageError("CI=true but missing: " + "; ".join(official.missing().values()))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose component is absent, and begin with those that last: none is waited for at the end."""
    gaps = official.missing()
    left_out = [item for item in items if any(item.get_closest_marker(mark) for mark in gaps)]
    items[:] = sorted((item for item in items if item not in left_out), key=lambda item: "crash" not in item.path.parts)
    config.stash[LEFT_OUT] = len(left_out)


def pytest_collection_finish() -> None:
    """Look no more for waste among the thousands of tests that were collected: it took an eighth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(RARELY)


LEFT_OUT = pytest.StashKey[int]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how many tests were left out, and why."""
    for mark, need in official.missing().items():
        terminalreporter.write_line(f"{mark}: tests not collected, missing {need}")
    if count := config.stash.get(LEFT_OUT, 0):
        terminalreporter.write_line(f"{count} tests left out")
