"""One test per way of cheating with a signed flow.

Where the forger can, they also change the unsigned flow, so that our seal sees nothing; and where they hold a good
key, they sign their odd form for real, so that only the check of the form can refuse it.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from dematfin.ports.signature import SignatureReport
from dematfin.sandbox import pki
from dematfin.signature.certificate import fingerprint
from dematfin.signature.verify import _cryptography
from signature.town import DS, SIGNATURE, XAD, Town, codes, flow

C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
DECLARATION = b'<?xml version="1.0" encoding="ISO-8859-1"?>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """A signed flow of two bordereaux, and who tries to change it."""

    town: Town
    signed: Path
    unsigned: Path

    def judge(self, forged: bytes, **changes: Any) -> SignatureReport:
        """Have a forged flow judged against an unsigned flow forged in the same way."""
        self.signed.write_bytes(forged)
        self.unsigned.write_bytes(SIGNATURE.sub(b"", forged))
        return self.town.report(self.signed, self.unsigned, **changes)

    def replaced(self, before: bytes, after: bytes, **changes: Any) -> set[str]:
        """Change some bytes, once."""
        content = self.signed.read_bytes()
        assert before in content
        return codes(self.judge(content.replace(before, after, 1), **changes))

    def rebuilt(self, change: Callable[[Any], None], who: pki.Identity | None = None) -> set[str]:
        """Change the tree of the first signature, and sign the result again with a key that is good."""
        root = etree.fromstring(self.signed.read_bytes())
        signature = root.find(f".//{DS}Signature")
        change(signature)
        _sign_again(signature, who or self.town.mayor)
        return codes(self.judge(DECLARATION + etree.tostring(root, encoding="ISO-8859-1", xml_declaration=False)))


@pytest.fixture
def forge(town: Town, tmp_path: Path) -> Iterator[Forge]:
    """Return a good signed flow, to be spoilt."""
    unsigned = tmp_path / "flux.xml"
    unsigned.write_bytes(flow(depense=2))
    signed = town.sign(unsigned)
    assert codes(town.report(signed, unsigned)) == set()
    yield Forge(town=town, signed=signed, unsigned=unsigned)


def _sign_again(signature: Any, who: pki.Identity) -> None:
    properties = signature.find(f".//{XAD}SignedProperties")
    second = signature.findall(f"{DS}SignedInfo/{DS}Reference/{DS}DigestValue")[-1]
    second.text = base64.b64encode(hashlib.sha256(_canonical(properties)).digest()).decode()
    value = who.key.sign(_canonical(signature.find(f"{DS}SignedInfo")), padding.PKCS1v15(), hashes.SHA256())
    signature.find(f"{DS}SignatureValue").text = base64.b64encode(value).decode()


def _canonical(element: Any) -> bytes:
    form: bytes = etree.tostring(element, method="c14n", exclusive=True, with_tail=False)
    return form


def _certificate(who: pki.Identity) -> str:
    return base64.b64encode(who.certificate.public_bytes(serialization.Encoding.DER)).decode()


def test_signing_again_without_a_change_is_no_attack(forge: Forge) -> None:
    """So the findings below come from the change, not from the way it is made."""
    assert forge.rebuilt(lambda _: None) == set()


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        (b'<MtBordHT V="1201.50"/>', b'<MtBordHT V="9201.50"/>', "SIG-VALEUR"),
        (b"FR76TEST1", b"FR76MINE1", "SIG-VALEUR"),
        (b"<Piece>", b"<Piece><Obj/>", "SIG-VALEUR"),
        (b"Maire &amp; pr&#233;sidente", b"Agent", "SIG-VALEUR"),
        (b"<xad:PostalCode>21999", b"<xad:PostalCode>75001", "SIG-VALEUR"),
        (b"18.21.1.7<", b"18.21.1.4<", "SIG-POLITIQUE"),
        (
            b"roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E=",
            b"pYtFgzn09kQWZywqdIGVd1fFI07tjKmEAyQHr0l/YAk=",
            "SIG-POLITIQUE",
        ),
        (b"<xad:City>Valbrume-l&#232;s-Pr&#233;s<", b"<xad:City> <", "SIG-QUALITE"),
    ],
    ids=["amount", "IBAN", "element added", "role", "place", "policy", "policy hash", "place emptied"],
)
def test_a_changed_value(forge: Forge, before: bytes, after: bytes, code: str) -> None:
    assert forge.replaced(before, after) == {code}


def test_a_changed_signing_time(forge: Forge) -> None:
    told, earlier = (
        f"{at:%Y-%m-%dT%H:%M:%SZ}".encode() for at in (forge.town.now, forge.town.now.replace(second=0, minute=0))
    )
    assert forge.replaced(told, earlier) == {"SIG-VALEUR"}


@pytest.mark.parametrize("text", ["2026-03-12T09:41:07+01:00", "2026-03-12", "", "12/03/2026"])
def test_a_signing_time_that_is_not_utc(forge: Forge, text: str) -> None:
    def change(signature: Any) -> None:
        signature.find(f".//{XAD}SigningTime").text = text

    assert forge.rebuilt(change) == {"SIG-FORME"}


def test_a_changed_attachment_is_seen_by_our_seal_alone(forge: Forge) -> None:
    forge.signed.write_bytes(forge.signed.read_bytes().replace(b"QUJD0001", b"QUJD0009"))
    assert codes(forge.town.report(forge.signed, forge.unsigned)) == {"SIG-SCEAU"}


class TestWrapping:
    """The signed bordereau is somewhere, but not where it is read."""

    def test_the_signed_bordereau_hidden_in_an_object(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        start, end = content.index(b"<Bordereau"), content.index(b"</Bordereau>") + len(b"</Bordereau>")
        signed = content[start:end]
        altered = signed.replace(b"1201.50", b"9201.50").replace(b'Id="D1"', b'Id="D9"')
        hidden = altered.replace(
            b"</ds:Signature>", b"<ds:Object>" + SIGNATURE.sub(b"", signed) + b"</ds:Object></ds:Signature>"
        )
        found = codes(forge.judge(content[:start] + hidden + content[end:]))
        assert found == {"SIG-PLACE"}

    def test_the_same_with_the_same_identifier(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        start, end = content.index(b"<Bordereau"), content.index(b"</Bordereau>") + len(b"</Bordereau>")
        signed = content[start:end]
        hidden = b"<PES_Marche>" + signed + b"</PES_Marche></n:PES_Aller>"
        forged = content[:start] + signed.replace(b"1201.50", b"9201.50") + content[end:]
        found = codes(forge.judge(forged.replace(b"</n:PES_Aller>", hidden)))
        assert {"SIG-ID", "SIG-PLACE"} <= found

    def test_a_signature_that_wraps_what_it_signs(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        found = SIGNATURE.search(content)
        assert found is not None
        moved = content.replace(found[0], b"").replace(b"</PES_PJ>", b"</PES_PJ>" + found[0])
        assert codes(forge.judge(moved)) == {"SIG-PLACE", "SIG-COUVERTURE"}

    def test_a_signature_moved_to_another_bordereau(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        first, second = SIGNATURE.findall(content)
        assert codes(forge.judge(content.replace(first, b"@").replace(second, first).replace(b"@", second))) == {
            "SIG-FORME"
        }

    def test_an_old_signature_copied_on_another_bordereau(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        first, second = SIGNATURE.findall(content)
        copied = re.sub(rb'(["#])D1(["_])', rb"\1D2\2", first)
        assert codes(forge.judge(content.replace(second, copied))) == {"SIG-VALEUR"}

    def test_a_signature_inside_another(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        first, second = SIGNATURE.findall(content)
        nested = first.replace(b"</ds:Object>", re.sub(rb'Id="[^"]*"', b"", second) + b"</ds:Object>")
        forge.signed.write_bytes(content.replace(first, nested))
        assert codes(forge.town.report(forge.signed, forge.unsigned)) == {"SIG-PLACE"}

    def test_what_was_verified_must_be_what_is_read(self, forge: Forge) -> None:
        """Were the checks of places and form blind, the bytes that the library verified would still be compared."""
        sheet = etree.fromstring(forge.signed.read_bytes()).find(".//Bordereau")
        signature = sheet[-1]
        shell = etree.Element("Bordereau", Id="D9")
        original = etree.SubElement(shell, "Piece")
        original.append(sheet)
        shell.append(signature)
        found = list(_cryptography(shell, signature, forge.town.mayor.certificate))
        assert [finding.sentence for finding in found] == [
            "Bordereau D9 : la signature couvre autre chose que ce bordereau."
        ]

    def test_something_after_the_signature(self, forge: Forge) -> None:
        assert forge.replaced(b"</ds:Signature></Bordereau>", b"</ds:Signature><Piece/></Bordereau>") == {"SIG-PLACE"}
        assert "SIG-PLACE" in forge.replaced(b"</ds:Signature><Piece/>", b"</ds:Signature> ")


class TestCoverage:
    """Every bordereau is signed, once."""

    def test_an_unsigned_bordereau_added(self, forge: Forge) -> None:
        intruder = b'<Bordereau Id="D3"><Piece/></Bordereau></PES_DepenseAller>'
        assert forge.replaced(b"</PES_DepenseAller>", intruder) == {"SIG-COUVERTURE"}

    def test_a_signature_removed(self, forge: Forge) -> None:
        signature = SIGNATURE.findall(forge.signed.read_bytes())[1]
        assert forge.replaced(signature, b"") == {"SIG-COUVERTURE"}

    def test_a_second_signature(self, forge: Forge) -> None:
        signature = SIGNATURE.findall(forge.signed.read_bytes())[0]
        assert "SIG-COUVERTURE" in forge.replaced(signature, signature + signature.replace(b"D1_SIG_1", b"D1_SIG_2"))

    def test_a_global_signature_is_not_one_of_ours(self, forge: Forge) -> None:
        signature = re.sub(rb'(["#])D1(["_])', rb"\1FLUX1\2", SIGNATURE.findall(forge.signed.read_bytes())[0])
        assert forge.replaced(b"</n:PES_Aller>", signature + b"</n:PES_Aller>") == {"SIG-PLACE"}


class TestIdentifiers:
    """An identifier is given once, in whatever spelling."""

    @pytest.mark.parametrize("attribute", [b"Id", b"ID", b"id", b"xml:id"])
    def test_an_identifier_given_twice(self, forge: Forge, attribute: bytes) -> None:
        assert forge.replaced(b"<PES_PJ>", b"<PES_PJ " + attribute + b'="D1">') == {"SIG-ID"}

    def test_an_identifier_hidden_in_a_document(self, forge: Forge) -> None:
        assert forge.replaced(b"<Fichier ", b'<Fichier Id="D1" ') == {"SIG-ID"}


class TestForgedParts:
    """Parts that nobody signed, beside those that are signed."""

    def test_a_second_object(self, forge: Forge) -> None:
        assert forge.replaced(b"</ds:Signature>", b"<ds:Object>libre</ds:Object></ds:Signature>") == {"SIG-FORME"}

    def test_second_properties_before_the_signed_ones(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        start, end = content.index(b"<xad:QualifyingProperties"), content.index(b"</ds:Object>")
        forged = content[start:end].replace(b"Maire", b"Agent").replace(b"_SP", b"_SQ")
        assert codes(forge.judge(content[:start] + forged + content[start:])) == {"SIG-FORME"}

    def test_unsigned_properties(self, forge: Forge) -> None:
        more = b"</xad:SignedProperties><xad:UnsignedProperties/>"
        assert forge.replaced(b"</xad:SignedProperties>", more) == {"SIG-FORME"}

    def test_another_target(self, forge: Forge) -> None:
        assert forge.replaced(b'Target="#D1_SIG_1"', b'Target="#D2_SIG_1"') == {"SIG-FORME"}

    def test_a_text_between_the_parts(self, forge: Forge) -> None:
        assert forge.replaced(b"</ds:KeyInfo>", b"</ds:KeyInfo>libre") == {"SIG-FORME"}


class TestReferences:
    """A reference designates its bordereau or its properties, in the two exact forms of the policy."""

    @pytest.mark.parametrize("address", ["", "#FLUX1", "#xpointer(id('D1'))", "http://example.invalid/f.xml", "D1"])
    def test_another_address(self, forge: Forge, address: str) -> None:
        def change(signature: Any) -> None:
            signature.find(f".//{DS}Reference").set("URI", address)

        assert forge.rebuilt(change) == {"SIG-FORME"}

    @pytest.mark.parametrize(
        "algorithm",
        [
            "http://www.w3.org/TR/1999/REC-xpath-19991116",
            "http://www.w3.org/TR/1999/REC-xslt-19991116",
            "http://www.w3.org/2000/09/xmldsig#base64",
            "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
            f"{C14N}WithComments",
        ],
    )
    def test_another_transform(self, forge: Forge, algorithm: str) -> None:
        def change(signature: Any) -> None:
            signature.findall(f".//{DS}Transform")[1].set("Algorithm", algorithm)

        assert forge.rebuilt(change) == {"SIG-FORME"}

    def test_a_transform_more(self, forge: Forge) -> None:
        def change(signature: Any) -> None:
            transforms = signature.find(f".//{DS}Transforms")
            xpath = etree.SubElement(
                transforms, f"{DS}Transform", Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"
            )
            etree.SubElement(xpath, f"{DS}XPath").text = "false()"

        assert forge.rebuilt(change) == {"SIG-FORME"}

    def test_the_bordereau_left_out(self, forge: Forge) -> None:
        def change(signature: Any) -> None:
            signed_info = signature.find(f"{DS}SignedInfo")
            signed_info.remove(signed_info.find(f"{DS}Reference"))

        assert forge.rebuilt(change) == {"SIG-FORME"}

    def test_a_prefix_list(self, forge: Forge) -> None:
        def change(signature: Any) -> None:
            method = signature.find(f".//{DS}CanonicalizationMethod")
            etree.SubElement(method, f"{{{C14N}}}InclusiveNamespaces", PrefixList="n")

        assert forge.rebuilt(change) == {"SIG-FORME"}


class TestAlgorithms:
    """One digest, one signature algorithm, one canonical form."""

    def test_sha_1_digests(self, forge: Forge) -> None:
        def change(signature: Any) -> None:
            reference = signature.find(f".//{DS}Reference")
            sheet = etree.fromstring(etree.tostring(signature.getparent(), with_tail=False))
            sheet.remove(sheet.find(f"{DS}Signature"))
            reference.find(f"{DS}DigestMethod").set("Algorithm", "http://www.w3.org/2000/09/xmldsig#sha1")
            reference.find(f"{DS}DigestValue").text = base64.b64encode(
                hashlib.sha1(_canonical(sheet)).digest()
            ).decode()

        assert forge.rebuilt(change) == {"SIG-FORME"}

    @pytest.mark.parametrize(
        "name", ["http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#hmac-sha1"]
    )
    def test_another_signature_algorithm(self, forge: Forge, name: str) -> None:
        def change(signature: Any) -> None:
            signature.find(f".//{DS}SignatureMethod").set("Algorithm", name)

        assert forge.rebuilt(change) == {"SIG-FORME"}

    def test_a_key_of_1024_bits(self, forge: Forge) -> None:
        weak = pki.make(replace(pki.MAYOR, bits=1024), forge.town.ac)
        assert "SIG-CLE" in forge.rebuilt(lambda signature: _announce(signature, weak), weak)


class TestKeys:
    """The certificate of KeyInfo is the one that the properties announce, alone."""

    def test_another_certificate(self, forge: Forge) -> None:
        other = pki.make(replace(pki.MAYOR, name="Paul TEST-AUTRE"), forge.town.ac)
        mine, theirs = (_certificate(one).encode() for one in (other, forge.town.mayor))
        assert forge.replaced(theirs, mine) == {"SIG-CERTIFICAT"}

    def test_another_person_of_our_authority_signs_again(self, forge: Forge) -> None:
        other = pki.make(replace(pki.MAYOR, name="Paul TEST-AUTRE"), forge.town.ac)
        assert forge.rebuilt(lambda signature: _announce(signature, other), other) == set()
        content = forge.signed.read_bytes()
        expected = fingerprint(forge.town.mayor.certificate)
        assert codes(forge.judge(content, empreinte=expected)) == {"SIG-PERSONNE"}

    def test_a_certificate_before_the_right_one(self, forge: Forge) -> None:
        other = _certificate(pki.make(pki.MAYOR, forge.town.ac)).encode()
        before = b"<ds:X509Certificate>"
        assert forge.replaced(before, before + other + b"</ds:X509Certificate>" + before) == {"SIG-FORME"}

    def test_a_bare_key_beside_the_certificate(self, forge: Forge) -> None:
        numbers = forge.town.mayor.key.public_key().public_numbers()
        modulus = base64.b64encode(numbers.n.to_bytes(256, "big"))
        value = (
            b"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>"
            + modulus
            + b"</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
        )
        assert forge.replaced(b"<ds:KeyInfo>", b"<ds:KeyInfo>" + value) == {"SIG-FORME"}

    def test_a_certificate_that_is_none(self, forge: Forge) -> None:
        assert forge.replaced(_certificate(forge.town.mayor).encode(), b"AAAA") == {"SIG-FORME"}

    @pytest.mark.parametrize(
        ("profile", "code"),
        [
            (replace(pki.MAYOR, starts=-pki.YEAR * 2), "SIG-DATES"),
            (replace(pki.client_profile("TEST"), clients=True), "SIG-USAGE"),
        ],
        ids=["expired", "authentication only"],
    )
    def test_an_unfit_certificate(self, forge: Forge, profile: pki.Profile, code: str) -> None:
        who = pki.make(profile, forge.town.ac)
        assert code in forge.rebuilt(lambda signature: _announce(signature, who), who)

    def test_an_unknown_authority(self, forge: Forge) -> None:
        who = pki.make(pki.MAYOR, pki.make(pki.AC, pki.make(pki.ROOT)))
        assert "SIG-CHAINE" in forge.rebuilt(lambda signature: _announce(signature, who), who)


def _announce(signature: Any, who: pki.Identity) -> None:
    """Put a person's certificate wherever a signature tells it."""
    der = who.certificate.public_bytes(serialization.Encoding.DER)
    signature.find(f".//{DS}X509Certificate").text = base64.b64encode(der).decode()
    signature.find(f".//{XAD}CertDigest/{DS}DigestValue").text = base64.b64encode(hashlib.sha256(der).digest()).decode()
    signature.find(f".//{DS}X509SerialNumber").text = str(who.certificate.serial_number)


class TestXml:
    """What is refused before any check."""

    @pytest.mark.parametrize(
        "declaration",
        [
            b"<!DOCTYPE x>",
            b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
            b'<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        ],
    )
    def test_a_doctype(self, forge: Forge, declaration: bytes) -> None:
        assert forge.replaced(b"<n:PES_Aller", declaration + b"<n:PES_Aller") == {"SIG-XML"}

    @pytest.mark.parametrize("remark", [b"<!-- 9 -->", b"<?x 9?>"])
    def test_a_comment_that_the_canonical_form_would_drop(self, forge: Forge, remark: bytes) -> None:
        assert forge.replaced(b"<Piece>", remark + b"<Piece>") == {"SIG-XML"}

    def test_a_comment_inside_a_signed_text(self, forge: Forge) -> None:
        assert forge.replaced(b"<xad:City>Val", b"<xad:City>Val<!-- -->") == {"SIG-XML"}

    def test_another_encoding_for_the_same_bytes(self, forge: Forge) -> None:
        assert forge.replaced(b"ISO-8859-1", b"ISO-8859-2") == {"SIG-XML"}

    def test_a_bordereau_in_a_document(self, forge: Forge) -> None:
        assert forge.replaced(b"QUJD0001", b'<Bordereau Id="D9"/>') == {"SIG-XML"}
