"""Keys once for the run, a mail server for each test."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from dematfin.sandbox import pki
from dematfin.sandbox.smtp import MailServer
from mail.office import IN_CLEAR, PASSWORD, WITH_TLS, Office, settings

Open = Callable[..., Office]


@pytest.fixture(scope="session")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("smtp")
    pki.make_transport_pki(folder, "sans objet")
    return folder


@pytest.fixture
def open_office(tls: Path, tmp_path: Path) -> Iterator[Open]:
    """Return what opens an office, `aucun`, `starttls` or `tls`."""
    opened: list[MailServer] = []

    def open_one(encryption: str, password: str = PASSWORD) -> Office:
        shutil.copytree(tls, tmp_path / "smtp")
        box = IN_CLEAR if encryption == "aucun" else WITH_TLS.model_copy(update={"mot_de_passe": password})
        server = MailServer(box, tmp_path / "smtp", implicit=encryption == "tls")
        server.start()
        opened.append(server)
        return Office(server=server, settings=settings(server.port, encryption, tls), secret=password)

    yield open_one
    for server in opened:
        server.stop()
