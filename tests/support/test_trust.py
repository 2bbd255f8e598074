"""One context for all who trust the same: made again when a file changes, never lent to another protocol."""

import shutil
from pathlib import Path

import pytest

from dematfin.errors import ConfigError
from dematfin.sandbox import pki
from dematfin.support import http, tls, trust

WORD = "TEST mot de passe"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("confiance")
    pki.make_transport_pki(folder, WORD)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "tls"))


def test_a_file_of_authorities_is_opened_once(folder: Path) -> None:
    ca = folder / "tdt-ac.pem"
    assert http.tls(ca) is http.tls(ca)
    assert http.tls(ca) is not http.tls(None)
    assert trust.trusting("smtp", ca) is not http.tls(ca)


def test_a_file_that_changes_is_opened_again(folder: Path) -> None:
    ca = folder / "tdt-ac.pem"
    before = http.tls(ca)
    ca.write_bytes(ca.read_bytes() + b"# renouvel\xc3\xa9e\n")
    assert http.tls(ca) is not before


def test_the_authorities_of_the_system_may_change_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = http.tls(None)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "tdt-ac.pem"))
    assert http.tls(None) is not before


def test_those_who_share_a_certificate_share_its_context(folder: Path) -> None:
    client, ca = folder / "tdt-client.p12", folder / "tdt-ac.pem"
    shared = tls.context(tls.load(client, WORD), ca)
    assert tls.context(tls.load(client, WORD), ca) is shared
    assert shared is not http.tls(ca)
    pki.private(client, pki.make(pki.client_profile("TEST renouvelé")).p12(WORD))
    assert tls.context(tls.load(client, WORD), ca) is not shared


def test_who_does_not_know_the_password_does_not_open_what_another_has_opened(folder: Path) -> None:
    tls.load(folder / "tdt-client.p12", WORD)
    with pytest.raises(ConfigError, match="mot de passe faux"):
        tls.load(folder / "tdt-client.p12", "autre")


def test_a_bad_file_of_authorities_is_told_each_time(tmp_path: Path) -> None:
    bad = tmp_path / "rien.pem"
    bad.write_text("rien", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(ConfigError, match="est illisible"):
            http.tls(bad)
