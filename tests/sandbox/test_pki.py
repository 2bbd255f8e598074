"""The certificates of trials: OpenSSL finds them good for their use, and nobody can take them for real ones."""

import stat
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from cryptography.x509.oid import NameOID

from dematfin.sandbox import pki

PASSWORD = "TEST du maire"


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki") / "signature"
    pki.make_signing_pki(folder, PASSWORD)
    return folder


@pytest.fixture(scope="module")
def transport(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki") / "transport"
    pki.make_transport_pki(folder, PASSWORD)
    return folder


def openssl(*words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["openssl", *map(str, words)], capture_output=True, text=True, check=False)


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates(path.read_bytes())[0]


def test_the_mayor_signs_and_does_nothing_else(signing: Path) -> None:
    mayor = certificate(signing / "maire.pem")
    usage = mayor.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    granted = [name for name in pki.USAGES[:7] if getattr(usage.value, name)]
    assert granted == ["content_commitment"]
    with pytest.raises(x509.ExtensionNotFound):
        mayor.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    chain = ("-CAfile", signing / "racine.pem", "-untrusted", signing / "ac.pem")
    judged = openssl("verify", "-x509_strict", *chain, signing / "maire.pem")
    assert judged.returncode == 0, judged.stderr


def test_the_issuer_has_the_identifier_that_makes_its_name_hard_to_write(signing: Path) -> None:
    mayor = certificate(signing / "maire.pem")
    assert mayor.issuer.get_attributes_for_oid(pki.ORGANISATION)[0].value == "NTRFR-21990042000015"
    names = {NameOID.SURNAME: "TEST-MAIRE", NameOID.GIVEN_NAME: "Jeanne"}
    assert {oid: mayor.subject.get_attributes_for_oid(oid)[0].value for oid in names} == names


def test_the_authority_below_the_root_issues_no_authority(signing: Path) -> None:
    limits = [
        certificate(signing / name).extensions.get_extension_for_class(x509.BasicConstraints).value.path_length
        for name in ("racine.pem", "ac.pem")
    ]
    assert limits == [1, 0]


def test_the_key_file_opens_with_its_password_only_and_for_its_owner_only(signing: Path) -> None:
    path = signing / "maire.p12"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    key, mayor, above = pkcs12.load_key_and_certificates(path.read_bytes(), PASSWORD.encode())
    assert key is not None
    assert mayor == certificate(signing / "maire.pem")
    assert [one.subject for one in above] == [certificate(signing / name).subject for name in ("ac.pem", "racine.pem")]
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_key_and_certificates(path.read_bytes(), b"faux")


@pytest.mark.parametrize(("name", "purpose"), [("tdt-client", "sslclient"), ("tdt-serveur", "sslserver")])
def test_those_who_carry_may_carry_and_not_sign(transport: Path, name: str, purpose: str) -> None:
    path = transport / f"{name}.pem"
    judged = openssl("verify", "-x509_strict", "-purpose", purpose, "-CAfile", transport / "tdt-ac.pem", path)
    assert judged.returncode == 0, judged.stderr
    assert not certificate(path).extensions.get_extension_for_class(x509.KeyUsage).value.content_commitment
    other = {"sslclient": "sslserver", "sslserver": "sslclient"}[purpose]
    assert openssl("verify", "-purpose", other, "-CAfile", transport / "tdt-ac.pem", path).returncode != 0


def test_the_server_answers_on_the_loopback_only(transport: Path) -> None:
    server = certificate(transport / "tdt-serveur.pem")
    names = server.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(one) for one in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_every_subject_says_that_it_is_a_trial(signing: Path, transport: Path) -> None:
    paths = [*signing.glob("*.pem"), *transport.glob("*.pem")]
    subjects = [
        certificate(path).subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        for path in paths
        if path.name != "ac.crl.pem"
    ]
    assert len(subjects) == 6
    assert all("TEST" in str(one) for one in subjects)


def test_only_files_without_a_key_may_be_read_by_others(signing: Path, transport: Path) -> None:
    for path in (*signing.iterdir(), *transport.iterdir()):
        secret = path.suffix == ".p12" or b"PRIVATE KEY" in path.read_bytes()
        assert (stat.S_IMODE(path.stat().st_mode) == 0o600) is secret, path.name


def test_a_revoked_certificate_is_on_the_list_of_its_issuer(tmp_path: Path) -> None:
    root = pki.make(replace(pki.ROOT, authority=0))
    kept, revoked = (pki.make(replace(pki.MAYOR, name=f"Jeanne TEST-{n}"), root) for n in (1, 2))
    crl = x509.load_pem_x509_crl(pki.revocation_list(root, [revoked]))
    assert crl.is_signature_valid(root.key.public_key())
    assert [one.serial_number for one in crl] == [revoked.certificate.serial_number]
    assert crl.next_update_utc is not None
    assert crl.next_update_utc - crl.last_update_utc > timedelta(days=7)
    (tmp_path / "ac.pem").write_bytes(root.pem + crl.public_bytes(Encoding.PEM))
    for one, code in ((kept, 0), (revoked, 2)):
        (tmp_path / "un.pem").write_bytes(one.pem)
        assert openssl("verify", "-crl_check", "-CAfile", tmp_path / "ac.pem", tmp_path / "un.pem").returncode == code


def test_validity_is_counted_from_now() -> None:
    made = pki.make(replace(pki.MAYOR, starts=timedelta(days=-40), lasts=timedelta(days=30))).certificate
    ended = datetime.now(UTC) - made.not_valid_after_utc  # noqa: TID251 - certificates live in real time
    assert timedelta(days=10) <= ended < timedelta(days=10, minutes=5)
    assert made.not_valid_after_utc - made.not_valid_before_utc == timedelta(days=30)


def test_a_fingerprint_is_that_of_openssl(signing: Path) -> None:
    said = openssl("x509", "-noout", "-fingerprint", "-sha256", "-in", signing / "maire.pem").stdout
    mayor = pki.Identity(certificate=certificate(signing / "maire.pem"), key=pki.make(pki.MAYOR).key)
    assert said.strip().partition("=")[2].replace(":", "").lower() == pki.fingerprint(mayor)
