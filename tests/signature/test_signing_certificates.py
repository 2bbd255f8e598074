"""Which certificates may sign, and what is said of those that may not."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from pydantic import ValidationError

from dematfin.domain.finding import Finding, Severity
from dematfin.errors import ConfigError, SignatureError
from dematfin.sandbox import pki
from dematfin.signature.authorities import Authorities
from dematfin.signature.certificate import fingerprint, fitness, read_certificate
from dematfin.signature.keys import open_pkcs12
from dematfin.signature.opening import open_key
from signature.town import CLOCK, PASSWORD, Town, codes

Prepared = Callable[..., Path]
DAY = timedelta(days=1)
RSA_SHA256 = bytes.fromhex("06092a864886f70d01010b")
RSA_SHA1 = bytes.fromhex("06092a864886f70d010105")
OTHER = replace(pki.MAYOR, name="Paul TEST-ADJOINT")
UNFIT = {
    "expired": (replace(OTHER, starts=-400 * DAY), "SIG-DATES", "est expiré depuis le"),
    "not yet valid": (replace(OTHER, starts=20 * DAY), "SIG-DATES", "n'est valable qu'à partir du"),
    "authentication": (pki.client_profile("Paul TEST-AUTH"), "SIG-USAGE", "n'est pas un certificat de signature"),
    "authority": (replace(OTHER, authority=0), "SIG-USAGE", "celui d'une autorité"),
    "1024 bits": (replace(OTHER, bits=1024), "SIG-CLE", "2048 bits"),
}


def judge(town: Town, who: pki.Identity, **changes: Any) -> dict[str, Finding]:
    authorities = Authorities(town.settings(**changes), CLOCK)
    return {finding.code: finding for finding in authorities.judge(who.certificate, town.now)}


@pytest.mark.parametrize(("profile", "code", "words"), UNFIT.values(), ids=UNFIT.keys())
def test_an_unfit_certificate_signs_nothing(
    town: Town, prepared: Prepared, profile: pki.Profile, code: str, words: str
) -> None:
    who = pki.make(profile, town.ac)
    assert judge(town, who)[code].severity is Severity.BLOCKING
    with pytest.raises(SignatureError, match=words):
        town.sign(prepared(), who)


def test_a_refusal_names_the_holder_and_the_date(town: Town) -> None:
    who = pki.make(replace(OTHER, starts=-400 * DAY), town.ac)
    sentence = judge(town, who)["SIG-DATES"].sentence
    assert "Paul TEST-ADJOINT" in sentence
    assert f"{who.certificate.not_valid_after_utc:%d/%m/%Y}" in sentence


@pytest.mark.parametrize("usages", [("content_commitment",), ("content_commitment", "digital_signature")])
def test_a_signature_certificate_is_fit_alone_or_for_double_use(town: Town, usages: tuple[str, ...]) -> None:
    assert judge(town, pki.make(replace(OTHER, usages=usages), town.ac)) == {}


def test_a_certificate_without_any_usage_is_not_one_for_signing(town: Town) -> None:
    assert "SIG-USAGE" in judge(town, pki.make(replace(OTHER, usages=()), town.ac))


def test_a_certificate_that_ends_soon_may_sign_but_it_is_said(town: Town) -> None:
    found = judge(town, pki.make(replace(OTHER, lasts=10 * DAY), town.ac))
    assert {code: finding.severity for code, finding in found.items()} == {"SIG-BIENTOT": Severity.WARNING}
    assert "dans 9 jours" in found["SIG-BIENTOT"].sentence


def test_an_unknown_authority_is_refused(town: Town, prepared: Prepared) -> None:
    stranger = pki.make(pki.AC, pki.make(pki.ROOT))
    with pytest.raises(SignatureError, match="ne mène pas à une racine reconnue"):
        town.sign(prepared(), pki.make(pki.MAYOR, stranger))


def test_a_namesake_of_our_authority_is_not_our_authority(town: Town) -> None:
    """Same names, another key: only the signature of the certificate tells."""
    impostor = pki.make(pki.AC, pki.make(pki.ROOT))
    assert impostor.certificate.subject == town.ac.certificate.subject
    assert "SIG-CHAINE" in judge(town, pki.make(pki.MAYOR, impostor))


def test_an_authority_is_known_by_its_key_not_by_its_name(town: Town, tmp_path: Path) -> None:
    (tmp_path / "1.pem").write_bytes(pki.make(pki.AC, town.root).pem)
    (tmp_path / "2.pem").write_bytes(town.ac.pem)
    assert judge(town, town.mayor, autorites=(town.folder / "racine.pem", tmp_path)) == {}


def test_a_missing_intermediate_breaks_the_chain(town: Town) -> None:
    found = judge(town, town.mayor, autorites=(town.folder / "racine.pem",))
    assert found["SIG-CHAINE"].severity is Severity.BLOCKING


def test_without_authority_the_chain_is_said_to_be_unverified(town: Town, prepared: Prepared) -> None:
    unsigned = prepared()
    signed = town.sign(unsigned, autorites=())
    report = town.report(signed, unsigned, autorites=())
    said = {finding.code: finding for finding in report.findings}
    assert said["SIG-CHAINE"].severity is Severity.WARNING
    assert "Chaîne non vérifiée" in said["SIG-CHAINE"].sentence
    assert len(report.signatures) == 2


def test_authorities_may_be_a_folder(town: Town, tmp_path: Path) -> None:
    (tmp_path / "1.pem").write_bytes(town.root.pem)
    (tmp_path / "2.pem").write_bytes(town.ac.pem)
    (tmp_path / "notes.txt").write_text("à lire")
    assert judge(town, town.mayor, autorites=str(tmp_path)) == {}


def test_authorities_without_a_root_are_a_mistake(town: Town) -> None:
    with pytest.raises(ConfigError, match="ajoutez la racine"):
        Authorities(town.settings(autorites=(town.folder / "ac.pem",)), CLOCK)


@pytest.mark.parametrize("key", ["autorites", "listes_de_revocation"])
def test_an_unreadable_file_is_named(town: Town, tmp_path: Path, key: str) -> None:
    wrong = tmp_path / "faux.pem"
    wrong.write_bytes(b"-----BEGIN NOTHING-----")
    for path in (wrong, tmp_path / "absent.pem"):
        with pytest.raises(ConfigError, match=path.name):
            Authorities(town.settings().model_copy(update={key: (path,)}), CLOCK)


class TestRevocation:
    """Lists of revoked certificates."""

    def lists(self, folder: Path, data: bytes) -> dict[str, Any]:
        path = folder / "liste.crl"
        path.write_bytes(data)
        return {"listes_de_revocation": (path,)}

    def test_a_revoked_certificate_is_refused_with_the_date(
        self, town: Town, prepared: Prepared, tmp_path: Path
    ) -> None:
        changes = self.lists(tmp_path, pki.revocation_list(town.ac, [town.mayor]))
        with pytest.raises(SignatureError, match=r"est révoqué depuis le \d\d/\d\d/\d{4}"):
            town.sign(prepared(), **changes)

    def test_what_was_signed_before_is_refused_after_the_revocation(
        self, town: Town, prepared: Prepared, tmp_path: Path
    ) -> None:
        """The date of signature is only what the signatory says: nothing proves that it was before."""
        unsigned = prepared()
        signed = town.sign(unsigned)
        changes = self.lists(tmp_path, pki.revocation_list(town.ac, [town.mayor]))
        report = town.report(signed, unsigned, **changes)
        assert codes(report) == {"SIG-REVOQUE"}
        assert report.signatures == ()

    def test_a_list_in_der_is_read_too(self, town: Town, tmp_path: Path) -> None:
        listed = x509.load_pem_x509_crl(pki.revocation_list(town.ac, [town.mayor]))
        changes = self.lists(tmp_path, listed.public_bytes(serialization.Encoding.DER))
        assert "SIG-REVOQUE" in judge(town, town.mayor, **changes)

    def test_the_authority_itself_may_be_revoked(self, town: Town, tmp_path: Path) -> None:
        found = judge(town, town.mayor, **self.lists(tmp_path, pki.revocation_list(town.root, [town.ac])))
        assert "TEST AC du bac à sable" in found["SIG-REVOQUE"].sentence

    def test_a_list_that_another_key_signed_says_nothing(self, town: Town, tmp_path: Path) -> None:
        impostor = pki.make(pki.AC)
        found = judge(town, town.mayor, **self.lists(tmp_path, pki.revocation_list(impostor, [town.mayor])))
        assert found.keys() == {"SIG-REVOCATION"}
        assert "aucune liste" in found["SIG-REVOCATION"].sentence

    def test_a_stale_list_is_a_warning(self, town: Town) -> None:
        later = town.now + 30 * DAY
        found = Authorities(town.settings(), CLOCK).judge(town.mayor.certificate, later)
        assert [(one.code, one.severity) for one in found] == [("SIG-REVOCATION", Severity.WARNING)]
        assert "plus à jour" in found[0].sentence

    def test_no_list_is_a_warning(self, town: Town) -> None:
        found = judge(town, town.mayor, listes_de_revocation=())
        assert found["SIG-REVOCATION"].severity is Severity.WARNING


class TestExpectedPerson:
    """The fingerprint of the configuration."""

    def test_the_expected_person_signs(self, town: Town, prepared: Prepared) -> None:
        shown = fingerprint(town.mayor.certificate).upper()
        by_pairs = ":".join(shown[at : at + 2] for at in range(0, 64, 2))
        assert town.sign(prepared(), empreinte=by_pairs).exists()

    def test_another_person_of_the_same_authority_does_not(self, town: Town, prepared: Prepared) -> None:
        expected = fingerprint(town.mayor.certificate)
        with pytest.raises(SignatureError, match=r"Paul TEST-ADJOINT.*n'est pas celui du signataire attendu"):
            town.sign(prepared(), pki.make(OTHER, town.ac), empreinte=expected)

    def test_a_fingerprint_that_is_not_one_is_refused(self, town: Town) -> None:
        with pytest.raises(ValidationError):
            town.settings(empreinte="12:34")


class TestKeyFile:
    """The PKCS#12 file."""

    def test_a_wrong_password_is_said_once(self, town: Town) -> None:
        with pytest.raises(SignatureError, match="le mot de passe est faux"):
            open_key(town.settings(), lambda: "autre")

    def test_the_password_is_not_asked_for_a_flow_that_cannot_be_signed(self, town: Town, prepared: Prepared) -> None:
        signed = town.sign(prepared())
        wrong = re.compile("ne se signe pas deux fois")
        with pytest.raises(SignatureError, match=wrong):
            town.sign(signed, pkcs12=town.folder / "absent.p12")

    def test_a_file_open_to_others_is_refused(self, town: Town, tmp_path: Path) -> None:
        path = tmp_path / "maire.p12"
        path.write_bytes(town.mayor.p12(PASSWORD))
        path.chmod(0o640)
        with pytest.raises(ConfigError, match="chmod 600"):
            open_pkcs12(path, lambda: PASSWORD)

    def test_an_absent_file_is_named(self, town: Town) -> None:
        with pytest.raises(ConfigError, match=r"absent\.p12"):
            open_pkcs12(town.folder / "absent.p12", lambda: PASSWORD)

    @pytest.mark.parametrize("part", ["key", "certificate"])
    def test_half_a_file_is_refused(self, town: Town, tmp_path: Path, part: str) -> None:
        mayor = town.mayor
        data = pkcs12.serialize_key_and_certificates(
            b"TEST",
            mayor.key if part == "key" else None,
            mayor.certificate if part == "certificate" else None,
            None,
            serialization.BestAvailableEncryption(PASSWORD.encode()),
        )
        pki.private(tmp_path / "moitie.p12", data)
        with pytest.raises(SignatureError, match="ne contient pas un certificat avec sa clé"):
            open_pkcs12(tmp_path / "moitie.p12", lambda: PASSWORD)

    def test_an_elliptic_key_is_refused(self, town: Town, tmp_path: Path) -> None:
        pki.private(tmp_path / "ec.p12", elliptic(town))
        with pytest.raises(SignatureError, match="n'est pas une clé RSA"):
            open_pkcs12(tmp_path / "ec.p12", lambda: PASSWORD)


def elliptic(town: Town) -> bytes:
    """Return a PKCS#12 file whose key is elliptic."""
    key = ec.generate_private_key(ec.SECP256R1())
    certificate = (
        x509.CertificateBuilder()
        .subject_name(town.mayor.certificate.subject)
        .issuer_name(town.ac.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(town.now - DAY)
        .not_valid_after(town.now + 90 * DAY)
        .sign(town.ac.key, hashes.SHA256())
    )
    lock = serialization.BestAvailableEncryption(PASSWORD.encode())
    return pkcs12.serialize_key_and_certificates(b"TEST", key, certificate, None, lock)


def test_a_certificate_issued_with_sha_1_is_refused(town: Town) -> None:
    """The library makes none any more: the name of the algorithm is changed in a good one."""
    der = town.mayor.certificate.public_bytes(serialization.Encoding.DER)
    certificate = x509.load_der_x509_certificate(der.replace(RSA_SHA256, RSA_SHA1))
    assert [finding.code for finding in fitness(certificate, town.now)] == ["SIG-CLE"]


def test_bytes_that_are_no_certificate_are_refused() -> None:
    for text in ("", "????", "AAAA", "MIIB"):
        with pytest.raises(SignatureError, match="illisible"):
            read_certificate(text)
