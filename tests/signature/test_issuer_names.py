"""The JDK's RFC 2253 form of issuer names, which verifiers of PES signatures compare."""

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID

from dematfin.sandbox import pki
from dematfin.signature.names import issuer_name

ORGANISATION_ID = x509.ObjectIdentifier("2.5.4.97")


def name(*attributes: tuple[x509.ObjectIdentifier, str]) -> x509.Name:
    return x509.Name([x509.NameAttribute(oid, text) for oid, text in attributes])


def test_the_organisation_identifier_is_written_as_hexadecimal_der_and_the_order_is_reversed() -> None:
    issuer = name(
        (NameOID.COUNTRY_NAME, "FR"),
        (NameOID.ORGANIZATION_NAME, "Essai"),
        (ORGANISATION_ID, "NTRFR-123456789"),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, "0002 123456789"),
        (NameOID.COMMON_NAME, "AC Essai"),
    )
    assert issuer_name(issuer) == (
        "CN=AC Essai,OU=0002 123456789,2.5.4.97=#0c0f4e545246522d313233343536373839,O=Essai,C=FR"
    )


@pytest.mark.parametrize(
    ("oid", "text", "written"),
    [
        (NameOID.SERIAL_NUMBER, "S1", "2.5.4.5=#13025331"),
        (NameOID.EMAIL_ADDRESS, "a@b", "1.2.840.113549.1.9.1=#1603614062"),
        (NameOID.DOMAIN_COMPONENT, "test", "DC=test"),
        (NameOID.USER_ID, "u1", "UID=u1"),
        (NameOID.STREET_ADDRESS, "1 rue", "STREET=1 rue"),
        (NameOID.STATE_OR_PROVINCE_NAME, "Ain", "ST=Ain"),
        (NameOID.LOCALITY_NAME, "Gex", "L=Gex"),
        (NameOID.COMMON_NAME, 'A, B+C="D" <E>;#F\\', 'CN=A\\, B\\+C\\=\\"D\\" \\<E\\>\\;\\#F\\\\'),
        (NameOID.COMMON_NAME, "  Évêché d'Ain ", "CN=\\ \\ Évêché d'Ain\\ "),
    ],
)
def test_each_kind_of_attribute(oid: x509.ObjectIdentifier, text: str, written: str) -> None:
    assert issuer_name(name((oid, text))) == written


def test_a_value_longer_than_127_bytes_keeps_its_whole_der() -> None:
    text = "X" * 200
    assert issuer_name(name((ORGANISATION_ID, text))) == f"2.5.4.97=#0c81c8{text.encode().hex()}"


def test_attributes_of_one_step_are_joined_by_a_plus() -> None:
    step = x509.RelativeDistinguishedName(
        [x509.NameAttribute(NameOID.COMMON_NAME, "Jeanne"), x509.NameAttribute(NameOID.SERIAL_NUMBER, "7")]
    )
    country = x509.RelativeDistinguishedName([x509.NameAttribute(NameOID.COUNTRY_NAME, "FR")])
    written = issuer_name(x509.Name([country, step]))
    assert sorted(written.removesuffix(",C=FR").split("+")) == ["2.5.4.5=#130137", "CN=Jeanne"]


def test_the_plain_form_of_the_library_is_not_the_one_wanted() -> None:
    """If this fails, the library has changed its form, and names.py may be of no use any more."""
    issuer = pki.make(pki.AC).certificate.subject
    assert "=#0c" in issuer_name(issuer)
    assert issuer_name(issuer) != issuer.rfc4514_string()
