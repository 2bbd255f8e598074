"""Anybody's flow: what real tools write otherwise and is let through, what is told of it, what stays refused."""

import base64
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from dematfin.domain.finding import Severity, blocking
from dematfin.ports.signature import Scope
from dematfin.signature.certificate import fingerprint
from official import OFFICIAL, needs_official, needs_xmlsec1
from signature.resigning import DECLARATION, canonical, sign_again
from signature.stranger import holds
from signature.town import CLOCK, DS, SIGNATURE, XAD, Town, codes, found_town

Prepared = Callable[..., Path]
Change = Callable[[Any], None]
SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"


def _lines(text: str) -> str:
    return re.sub("(.{76})", r"\1\n", text)


def broken_lines(signature: Any) -> None:
    for name in ("X509Certificate", "DigestValue"):
        for one in signature.iter(f"{DS}{name}"):
            one.text = _lines(one.text) + "\n"


def unpadded_policy(signature: Any) -> None:
    digest = signature.find(f".//{XAD}SigPolicyHash/{DS}DigestValue")
    digest.text = digest.text.rstrip("=")


def sha1_of_the_certificate(signature: Any) -> None:
    der = base64.b64decode(signature.findtext(f".//{DS}X509Certificate"))
    method, value = signature.find(f".//{XAD}CertDigest")
    method.set("Algorithm", SHA1)
    value.text = base64.b64encode(hashlib.sha1(der).digest()).decode()


def digests_of_xades(signature: Any) -> None:
    for holder in (signature.find(f".//{XAD}CertDigest"), signature.find(f".//{XAD}SigPolicyHash")):
        for one in holder:
            one.tag = one.tag.replace(DS, XAD)


def older_version(signature: Any) -> None:
    digests_of_xades(signature)
    for one in signature.iter(f"{XAD}*"):
        one.tag = one.tag.replace("v1.2.2#", "v1.1.1#")
    reference = signature.findall(f".//{DS}Reference")[1]
    reference.set("Type", "http://uri.etsi.org/01903/v1.1.1#SignedProperties")


def bare_target(signature: Any) -> None:
    qualifying = signature.find(f".//{XAD}QualifyingProperties")
    qualifying.set("Target", qualifying.get("Target")[1:])


def no_type(signature: Any) -> None:
    del signature.findall(f".//{DS}Reference")[1].attrib["Type"]


def blanks_around_the_postal_code(signature: Any) -> None:
    signature.find(f".//{XAD}PostalCode").text = " 21999\n"


def milliseconds(signature: Any) -> None:
    time = signature.find(f".//{XAD}SigningTime")
    time.text = time.text.replace("Z", ".819Z")


def identified_parts(signature: Any) -> None:
    for name in ("KeyInfo", "Object"):
        signature.find(f"{DS}{name}").set("Id", f"{signature.get('Id')}_{name}")


def indented(signature: Any) -> None:
    etree.indent(signature)
    signature.tail = None


def spaced_issuer(signature: Any) -> None:
    issuer = signature.find(f".//{DS}X509IssuerName")
    issuer.text = issuer.text.replace(",", ", ")


SILENT = [
    broken_lines,
    unpadded_policy,
    digests_of_xades,
    no_type,
    blanks_around_the_postal_code,
    milliseconds,
    identified_parts,
    indented,
    spaced_issuer,
]
TOLD_WHEN_LEAVING = [older_version, bare_target]
"""Seen in real flows, and not what the policy or a TdT asks."""


def written_by_another_tool(signed: Path, change: Change, town: Town) -> None:
    root = etree.parse(signed).getroot()
    for signature in root.iter(f"{DS}Signature"):
        change(signature)
        reference = signature.find(f"{DS}SignedInfo/{DS}Reference")
        assert reference.get("URI") == f"#{signature.getparent().get('Id')}"
        sign_again(signature, town.mayor)
    signed.write_bytes(DECLARATION + etree.tostring(root, encoding="ISO-8859-1", xml_declaration=False))


@needs_xmlsec1
@pytest.mark.parametrize("scope", ["bordereau", "globale"])
@pytest.mark.parametrize("change", SILENT, ids=lambda change: change.__name__)
def test_what_real_tools_write_otherwise(town: Town, prepared: Prepared, change: Change, scope: str) -> None:
    unsigned = prepared()
    signed = town.sign(unsigned, portee=scope)
    written_by_another_tool(signed, change, town)
    assert codes(town.examine(signed)) == set()
    assert codes(town.report(signed, unsigned)) == set()
    assert holds(town, signed)


@needs_xmlsec1
@pytest.mark.parametrize("change", TOLD_WHEN_LEAVING, ids=lambda change: change.__name__)
def test_what_the_policy_asks_otherwise_is_told_before_it_leaves(
    town: Town, prepared: Prepared, change: Change
) -> None:
    unsigned = prepared()
    signed = town.sign(unsigned)
    written_by_another_tool(signed, change, town)
    assert codes(town.examine(signed)) == set()
    report = town.report(signed, unsigned)
    assert {(one.code, one.severity) for one in report.findings} == {("SIG-XADES", Severity.WARNING)}
    assert len(report.remarks) == 2
    assert holds(town, signed)


@needs_xmlsec1
def test_properties_designated_before_the_bordereau_are_refused_for_what_they_are(
    town: Town, prepared: Prepared
) -> None:
    """S²LOW reads the first reference only."""
    signed = town.sign(prepared(depense=1))
    root = etree.parse(signed).getroot()
    info = root.find(f".//{DS}SignedInfo")
    info.append(info.find(f"{DS}Reference"))
    value = town.mayor.key.sign(canonical(info), padding.PKCS1v15(), hashes.SHA256())
    root.find(f".//{DS}SignatureValue").text = base64.b64encode(value).decode()
    signed.write_bytes(etree.tostring(root, encoding="ISO-8859-1"))
    assert holds(town, signed)
    (finding,) = town.examine(signed).findings
    assert (finding.code, "S²LOW ne lit que la première" in finding.sentence) == ("SIG-FORME", True)


def test_xades_1_1_1_with_digests_that_the_official_schemas_refuse(town: Town, prepared: Prepared) -> None:
    def mixed(signature: Any) -> None:
        older_version(signature)
        for one in signature.iter("{http://uri.etsi.org/01903/v1.1.1#}*"):
            if one.tag.endswith(("DigestMethod", "DigestValue")):
                one.tag = DS + one.tag.rpartition("}")[2]

    signed = town.sign(prepared())
    written_by_another_tool(signed, mixed, town)
    assert codes(town.examine(signed)) == {"SIG-FORME"}


ODD: Final = {
    "lxml": lambda data: data.replace(DECLARATION, b"<?xml version='1.0' encoding='ISO-8859-1'?>"),
    "lower case": lambda data: data.replace(b"ISO-8859-1", b"iso-8859-1"),
    "standalone": lambda data: data.replace(b"?>", b' standalone="no"?>', 1),
    "Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "references": lambda data: data.decode("iso-8859-1").encode("ascii", "xmlcharrefreplace"),
    "quotes": lambda data: data.replace(b'<IdVer V="2"/>', b"<IdVer  V='2' ></IdVer>"),
    "all": lambda data: etree.tostring(etree.fromstring(data), encoding="ISO-8859-1").replace(b"\n", b"\r\n"),
}


@pytest.mark.parametrize("odd", ODD)
def test_a_tool_that_writes_the_same_otherwise(town: Town, prepared: Prepared, odd: str) -> None:
    unsigned = prepared()
    signed = town.sign(unsigned)
    before = signed.read_bytes()
    signed.write_bytes(ODD[odd](before))
    assert signed.read_bytes() != before
    assert codes(town.report(signed, unsigned)) == set()
    signed.write_bytes(signed.read_bytes().replace(b"QUJD0001", b"QUJD0009"))
    assert codes(town.report(signed, unsigned)) == {"SIG-SCEAU"}


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"\n  <PES_PJ>", b"\n\n  <PES_PJ>"),
        lambda data: data.replace(b"<PES_PJ>", b"<PES_PJ >&#13;"),
        lambda data: data.replace(b"QUJD0001", b"QUJD0001\n"),
        lambda data: data.replace(b'NomFic V="', b'NomFic V=" '),
    ],
    ids=["blank line", "return", "blank in a document", "blank in a value"],
)
def test_a_tool_that_changes_even_a_blank(town: Town, prepared: Prepared, change: Callable[[bytes], bytes]) -> None:
    """None of it is covered by the signatures of bordereaux."""
    unsigned = prepared()
    signed = town.sign(unsigned)
    before = signed.read_bytes()
    signed.write_bytes(change(before))
    assert signed.read_bytes() != before
    assert codes(town.report(signed, unsigned)) == {"SIG-SCEAU"}


def test_a_certificate_told_by_its_sha1_is_let_through_and_said(town: Town, prepared: Prepared) -> None:
    signed = town.sign(prepared())
    written_by_another_tool(signed, sha1_of_the_certificate, town)
    report = town.examine(signed)
    assert {(one.code, one.severity) for one in report.findings} == {("SIG-CERTIFICAT", Severity.WARNING)}
    assert len(report.signatures) == 2


def test_an_issuer_told_in_another_form_is_said(town: Town, prepared: Prepared) -> None:
    signed = town.sign(prepared())
    written_by_another_tool(
        signed, lambda signature: setattr(signature.find(f".//{DS}X509IssuerName"), "text", "O=Autre"), town
    )
    assert {(one.code, one.severity) for one in town.examine(signed).findings} == {("SIG-EMETTEUR", Severity.WARNING)}


def test_xades_1_3_2_is_not_one_of_the_policy(town: Town, prepared: Prepared) -> None:
    def newer(signature: Any) -> None:
        for one in signature.iter(f"{XAD}*"):
            one.tag = one.tag.replace("v1.2.2#", "v1.3.2#")

    signed = town.sign(prepared())
    written_by_another_tool(signed, newer, town)
    report = town.examine(signed)
    assert codes(report) == {"SIG-FORME"}
    assert "1.2.2" in report.findings[0].sentence


def test_a_flow_in_utf_8_with_a_comment_before_it(town: Town, prepared: Prepared) -> None:
    """The canonical form is the same; but it is none of ours, and a TdT would not take it."""
    unsigned = prepared()
    signed = town.sign(unsigned)
    text = signed.read_bytes().decode("iso-8859-1").replace("ISO-8859-1", "UTF-8")
    signed.write_text(text.replace("?>", "?><!-- fait par un autre logiciel -->", 1), encoding="utf-8")
    assert codes(town.examine(signed)) == set()
    assert codes(town.report(signed, unsigned)) == {"SIG-XML"}


def test_line_breaks_in_a_document_are_what_was_signed(town: Town, prepared: Prepared) -> None:
    """Windows writes two characters where the canonical form has one; libxml2 judges the same."""
    unsigned = prepared()
    unsigned.write_bytes(unsigned.read_bytes().replace(b"QUJD0001", b"QUJD\r\n0001\r\n\t="))
    signed = town.sign(unsigned, portee="globale")
    assert codes(town.examine(signed)) == set()
    root = etree.parse(signed).getroot()
    root.remove(root[-1])
    form = etree.tostring(root, method="c14n", exclusive=True, with_comments=False)
    told = base64.b64encode(hashlib.sha256(form).digest())
    assert told in signed.read_bytes()


def test_a_signed_flow_written_again_is_still_the_one_prepared(town: Town, prepared: Prepared) -> None:
    """What a bought i-Parapheur may do: other quotes and empty elements, the same content."""
    unsigned = prepared()
    signed = town.sign(unsigned)
    again = etree.tostring(etree.parse(signed), encoding="ISO-8859-1", xml_declaration=False)
    signed.write_bytes(DECLARATION + again.replace(b'<IdVer V="2"/>', b"<IdVer  V='2'></IdVer>"))
    assert b"></IdVer>" in signed.read_bytes()
    assert codes(town.report(signed, unsigned)) == set()
    signed.write_bytes(signed.read_bytes().replace(b"QUJD0001", b"QUJD0009"))
    assert codes(town.report(signed, unsigned)) == {"SIG-SCEAU"}


@pytest.mark.parametrize(("scope", "told"), [("bordereau", ["SIG-PJ"]), ("globale", [])])
def test_documents_that_no_signature_covers_are_told(
    town: Town, prepared: Prepared, scope: str, told: list[str]
) -> None:
    report = town.verifier().examine(town.sign(prepared(), portee=scope))
    assert [one.code for one in report.findings if one.severity is Severity.INFO] == told


def test_what_is_told_of_a_signature(town: Town, prepared: Prepared) -> None:
    (fact,) = town.examine(town.sign(prepared(), portee="globale")).signatures
    certificate = town.mayor.certificate
    assert (fact.target, fact.scope, fact.xades) == ("FLUX1", Scope.FLOW, "1.2.2")
    assert (fact.signer, fact.role) == ("Jeanne TEST-MAIRE", "Maire & présidente")
    assert fact.place == "Valbrume-lès-Prés 21999 France"
    assert fact.issuer == "TEST AC du bac à sable"
    assert fact.policy == "urn:oid:1.2.250.1.131.1.5.18.21.1.7"
    assert fact.fingerprint == fingerprint(certificate)
    assert (fact.valid_from, fact.valid_until) == (
        certificate.not_valid_before_utc.date(),
        certificate.not_valid_after_utc.date(),
    )


def test_another_signatory_than_ours_is_told_but_is_no_fault(town: Town, prepared: Prepared) -> None:
    unsigned = prepared()
    signed = town.sign(unsigned)
    report = town.examine(signed, empreinte="a" * 64)
    assert {(one.code, one.severity) for one in report.findings} == {("SIG-PERSONNE", Severity.WARNING)}
    assert len(report.signatures) == 2
    ours = town.report(signed, unsigned, empreinte="a" * 64)
    assert {one.code for one in blocking(ours.findings)} == {"SIG-PERSONNE"}


def test_without_authority_nothing_is_said_to_be_recognised(town: Town, prepared: Prepared) -> None:
    report = town.examine(town.sign(prepared()), autorites=(), listes_de_revocation=())
    assert any("Chaîne non vérifiée" in one.sentence for one in report.findings)
    assert not any("reconnu" in one.sentence for one in report.findings)


def test_an_unsigned_flow_says_which_bordereaux_are_not_signed(town: Town, prepared: Prepared) -> None:
    report = town.examine(prepared(depense=2))
    assert [one.code for one in report.findings] == ["SIG-COUVERTURE", "SIG-COUVERTURE"]
    assert report.signatures == report.refused == ()


class TestOldPolicies:
    """Before 2018: recognised, and told as such."""

    OLD: Final = {
        "oid": "urn:oid:1.2.250.1.131.1.5.18.21.1.4",
        "empreinte": "pYtFgzn09kQWZywqdIGVd1fFI07tjKmEAyQHr0l/YAk=",
    }

    def test_a_flow_signed_in_its_time(self, tmp_path: Path, prepared: Prepared) -> None:
        age = CLOCK() - datetime(2018, 3, 1, tzinfo=UTC)
        old = found_town(tmp_path, starts=-age)
        unsigned = prepared()
        signed = old.sign(unsigned, politique=self.OLD)
        report = old.examine(signed, now=old.now + age)
        assert {(one.code, one.severity) for one in report.findings} == {("SIG-POLITIQUE", Severity.WARNING)}
        assert "version de transition" in report.findings[0].sentence
        assert {one.code for one in blocking(old.report(signed, unsigned, now=old.now + age).findings)} == {
            "SIG-POLITIQUE"
        }

    def test_a_flow_signed_today(self, town: Town, prepared: Prepared) -> None:
        report = town.examine(town.sign(prepared(), politique=self.OLD))
        assert {one.code for one in blocking(report.findings)} == {"SIG-POLITIQUE"}
        assert [fact.policy for fact in report.refused] == [self.OLD["oid"]] * 2


class TestRealFlows:
    """Samples signed by others."""

    SAMPLE: Final = OFFICIAL / "samples/pes/stela_test-perime-04-04-2016.xml"

    @needs_official
    def test_a_good_signature_by_a_certificate_that_had_expired(self, town: Town) -> None:
        report = town.examine(self.SAMPLE, autorites=(), listes_de_revocation=())
        assert {one.code for one in blocking(report.findings)} == {"SIG-DATES", "SIG-CLE"}
        assert any("est expiré depuis le 04/04/2016" in one.sentence for one in report.findings)
        (fact,) = report.refused
        assert (fact.xades, fact.scope, fact.role) == ("1.1.1", Scope.BORDEREAU, "testeur")
        assert fact.signed_at == datetime(2018, 3, 8, 8, 22, 25, tzinfo=UTC)
        assert "version de transition" in " ".join(one.sentence for one in report.findings)

    @needs_official
    @pytest.mark.parametrize(
        ("before", "after"),
        [(b"FR7630003075100002603735268", b"FR7630003075100002603735269"), (b">testeur<", b">maire<")],
        ids=["content", "role"],
    )
    def test_the_same_once_changed(self, town: Town, tmp_path: Path, before: bytes, after: bytes) -> None:
        changed = tmp_path / "change.xml"
        content = self.SAMPLE.read_bytes()
        assert before in content
        changed.write_bytes(content.replace(before, after))
        assert "SIG-VALEUR" in codes(town.examine(changed))

    @needs_official
    @pytest.mark.parametrize("name", ["minimal_own.xml", "sesile_helios.xml", "pastell_doc_PES_ex.xml"])
    def test_samples_without_a_signature(self, town: Town, name: str) -> None:
        assert "SIG-COUVERTURE" in codes(town.examine(OFFICIAL / "samples/pes" / name))


def test_a_file_that_changed_hands_keeps_one_signature_a_bordereau(town: Town, prepared: Prepared) -> None:
    signed = town.sign(prepared(depense=3, recette=1))
    assert len(SIGNATURE.findall(signed.read_bytes())) == len(town.examine(signed).signatures) == 4
    assert town.examine(signed, now=town.now - timedelta(days=1)).signatures == ()
