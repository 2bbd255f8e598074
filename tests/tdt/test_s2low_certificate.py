"""Our client certificate: what makes it unusable is said in French, before anything leaves or when S²LOW refuses it."""

import ssl
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pydantic import ValidationError

from dematfin.errors import AccessDenied, ConfigError
from dematfin.sandbox import pki
from dematfin.sandbox.server import Reply
from dematfin.support import tls as ours
from tdt.odd_server import fine, odd_server
from tdt.platform import FIND, PASSWORD, Dictated, listed, s2low_at

CLIENT = pki.client_profile("TEST client")
EXPIRED = replace(CLIENT, starts=timedelta(days=-400), lasts=timedelta(days=30))


@pytest.fixture
def keep(tmp_path: Path) -> Callable[[bytes], Path]:
    """Return what writes a file that only we may read."""

    def write(data: bytes) -> Path:
        path = tmp_path / "client.p12"
        pki.private(path, data)
        return path

    return write


def test_an_expired_certificate_is_refused_by_the_platform_and_dated_by_us(
    tls: Path, tmp_path: Path, keep: Callable[[bytes], Path], flux: Path
) -> None:
    authority = pki.make(replace(pki.ROOT, starts=timedelta(days=-500)))
    (tmp_path / "ac.pem").write_bytes(authority.pem)
    client = pki.make(EXPIRED, authority)
    with odd_server(tls, fine) as server:
        server.context.load_verify_locations(tmp_path / "ac.pem")
        changes = {"url": server.url, "certificat": keep(client.p12(PASSWORD))}
        with s2low_at(lambda _: Reply(), tls, **changes) as s2low:
            assert s2low.certificate_expires_on == client.certificate.not_valid_after_utc.date()
            with pytest.raises(AccessDenied, match=r"CERTIFICATE_EXPIRED.*date de fin"):
                s2low.send(flux, "FLUX1")


def without_key() -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"TEST", None, pki.make(CLIENT).certificate, None, serialization.BestAvailableEncryption(PASSWORD.encode())
    )


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "PKCS#12"),
        (b"-----BEGIN CERTIFICATE-----", "PKCS#12"),
        (without_key(), "certificat et sa clé"),
    ],
    ids=["nothing", "pem", "no key"],
)
def test_a_file_that_is_no_certificate_with_its_key_is_refused(
    keep: Callable[[bytes], Path], data: bytes, words: str
) -> None:
    with pytest.raises(ConfigError, match=words):
        ours.load(keep(data), PASSWORD)


def test_a_key_that_openssl_finds_too_weak_is_a_matter_of_configuration(keep: Callable[[bytes], Path]) -> None:
    weak = ours.load(keep(pki.make(replace(CLIENT, bits=1024)).p12(PASSWORD)), PASSWORD)
    with pytest.raises(ConfigError, match="KEY_TOO_SMALL"):
        ours.context(weak, None)


def test_a_key_that_others_may_read_is_refused(tls: Path, keep: Callable[[bytes], Path]) -> None:
    path = keep((tls / "tdt-client.p12").read_bytes())
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        ours.load(path, PASSWORD)


def test_the_certificate_may_be_asked_for_late(tls: Path) -> None:
    """Apache knows the path, hence the need of a certificate, only after the handshake."""
    assert ours.context(ours.load(tls / "tdt-client.p12", PASSWORD), tls / "tdt-ac.pem").post_handshake_auth


@pytest.mark.parametrize("key", ["verifier", "verify", "autorites_ignorees", "insecure"])
def test_nothing_turns_the_verification_of_the_server_off(tls: Path, key: str) -> None:
    with pytest.raises(ValidationError, match=key), s2low_at(lambda _: Reply(), tls, **{key: False}):
        pass


def test_people_know_which_account_it_is(tls: Path) -> None:
    with s2low_at(lambda _: Reply(), tls, url="https://s2low.example", identifiant="", mot_de_passe="") as alone:
        assert alone.name == "S²LOW (https://s2low.example)"
    with s2low_at(lambda _: Reply(), tls, url="https://s2low.example") as shared:
        assert shared.name == "S²LOW (https://s2low.example, compte « agent »)"


def test_the_verification_of_the_server_is_whole(tls: Path) -> None:
    context = ours.context(ours.load(tls / "tdt-client.p12", PASSWORD), tls / "tdt-ac.pem")
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_secret_that_is_out_of_reach_stops_only_who_needs_it(platform: Dictated, tls: Path, tmp_path: Path) -> None:
    """A head of service certifies with an account that may not read the certificate of the TdT."""
    with s2low_at(platform, tls, certificat=tmp_path / "hors de portée") as s2low:
        assert s2low.refuses_twins
        with pytest.raises(ConfigError, match="hors de portée"):
            s2low.check()


def test_the_key_is_never_left_on_disk(
    platform: Dictated, tls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    platform.say(FIND, listed())
    with s2low_at(platform, tls) as s2low:
        s2low.check()
    assert list(tmp_path.iterdir()) == []
