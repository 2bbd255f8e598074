"""Certificates and a dictated S²LOW once for the run: it forgets everything between two tests."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dematfin.sandbox import pki
from dematfin.sandbox.server import Reply, Request
from dematfin.tdt.s2low import S2low
from tdt.desktop import Desktop, writer
from tdt.platform import DEPOSIT, FINE, PASSWORD, Dictated, flow, s2low_at


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls") / "tls"
    pki.make_transport_pki(folder, PASSWORD)
    return folder


@pytest.fixture(scope="session")
def connected(tls: Path) -> Iterator[tuple[Dictated, S2low]]:
    platform = Dictated()
    with s2low_at(platform, tls) as adapter:
        yield platform, adapter


@pytest.fixture
def platform(connected: tuple[Dictated, S2low]) -> Dictated:
    connected[0].forget()
    return connected[0]


@pytest.fixture
def s2low(connected: tuple[Dictated, S2low]) -> S2low:
    return connected[1]


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


@pytest.fixture
def desktop(tmp_path: Path) -> Desktop:
    return Desktop.open(tmp_path)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return writer(tmp_path, flow)("FLUX1")
