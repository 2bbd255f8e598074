"""Certificates once for the run, a dictated S²LOW for each test."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dematfin.sandbox import pki
from dematfin.sandbox.server import Reply, Request
from dematfin.tdt.s2low import S2low
from tdt.platform import DEPOSIT, FINE, PASSWORD, Dictated, flow, s2low_at


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls") / "tls"
    pki.make_transport_pki(folder, PASSWORD)
    return folder


@pytest.fixture
def platform() -> Dictated:
    return Dictated()


@pytest.fixture
def s2low(platform: Dictated, tls: Path) -> Iterator[S2low]:
    with s2low_at(platform, tls) as adapter:
        yield adapter


@pytest.fixture
def flux(tmp_path: Path) -> Path:
    path = tmp_path / "flux.xml"
    path.write_bytes(flow("FLUX1"))
    return path


@pytest.fixture
def hung() -> Callable[[Request], Reply]:
    """Return a platform that takes a deposit and says nothing more."""

    def answer(request: Request) -> Reply:
        if request.path == DEPOSIT:
            threading.Event().wait(1)
        return FINE

    return answer
