"""One test per way of cheating with a signed flow, tried on bordereaux signed one by one and on a flow signed whole.

Where the forger can, they also change the unsigned flow, so that our seal sees nothing; and where they hold a good
key, they sign their odd form for real, so that only the check of the form can refuse it. What our report refuses, the
examination of anybody's flow refuses too, for the same reasons.
"""

import base64
import hashlib
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from lxml import etree

from dematfin.domain.finding import blocking
from dematfin.ports.signature import Scope, SignatureReport
from dematfin.sandbox import pki
from dematfin.signature import value
from dematfin.signature.certificate import fingerprint
from dematfin.signature.flow import Flow
from dematfin.signature.reading import read
from dematfin.signature.structure import Signed
from signature.resigning import C14N, DECLARATION, canonical, certificate_text, sign_again
from signature.town import DS, SIGNATURE, XAD, Town, codes, flow

OURS_ALONE = {"SIG-SCEAU", "SIG-PERSONNE"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Forge:
    """A signed flow of two bordereaux, and who tries to change it."""

    town: Town
    signed: Path
    unsigned: Path
    target: str

    def judge(self, forged: bytes, **changes: Any) -> SignatureReport:
        """Have a forged flow judged against an unsigned flow forged in the same way."""
        self.signed.write_bytes(forged)
        self.unsigned.write_bytes(SIGNATURE.sub(b"", forged))
        return self.report(**changes)

    def report(self, **changes: Any) -> SignatureReport:
        """Have the flow judged as ours and as anybody's."""
        report = self.town.report(self.signed, self.unsigned, **changes)
        strangers = {one.code for one in blocking(self.town.examine(self.signed, **changes).findings)}
        ours = {one.code for one in blocking(report.findings)}
        assert strangers == ours - OURS_ALONE
        return report

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
        sign_again(signature, who or self.town.mayor)
        return codes(self.judge(DECLARATION + etree.tostring(root, encoding="ISO-8859-1", xml_declaration=False)))


@pytest.fixture(params=["bordereau", "globale"])
def forge(request: pytest.FixtureRequest, town: Town, tmp_path: Path) -> Forge:
    """Return a good signed flow, to be spoilt."""
    return good(town, tmp_path, request.param)


@pytest.fixture
def sheets(town: Town, tmp_path: Path) -> Forge:
    """Return a good flow whose two bordereaux are signed."""
    return good(town, tmp_path, "bordereau")


def good(town: Town, folder: Path, scope: str) -> Forge:
    """Copy a good flow that was signed, and judged, once."""
    model, copy = town.folder / scope, folder / scope
    target = "D1" if scope == "bordereau" else "FLUX1"
    if not model.exists():
        model.mkdir()
        (model / "flux.xml").write_bytes(flow(depense=2))
        town.sign(model / "flux.xml", portee=scope)
        forge = Forge(town=town, signed=model / "flux.signed.xml", unsigned=model / "flux.xml", target=target)
        assert codes(forge.report()) == set()
    shutil.copytree(model, copy)
    return Forge(town=town, signed=copy / "flux.signed.xml", unsigned=copy / "flux.xml", target=target)


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
    assert forge.replaced(before, after) == {"SIG-VALEUR", code}


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


def test_a_changed_attachment(forge: Forge) -> None:
    """Signatures of bordereaux do not see it: our seal does. The signature of a whole flow does."""
    forge.signed.write_bytes(forge.signed.read_bytes().replace(b"QUJD0001", b"QUJD0009"))
    seen = {"SIG-VALEUR"} if forge.target == "FLUX1" else set()
    assert codes(forge.report()) == {"SIG-SCEAU", *seen}


@pytest.mark.parametrize("written", [b"QUJD&#48;001", b"QUJ\xe9", b"<![CDATA[QUJD0001]]>", b"QUJD<![CDATA[0001]]>"])
def test_an_attachment_that_is_not_plain_base64_is_not_guessed(town: Town, tmp_path: Path, written: bytes) -> None:
    whole = good(town, tmp_path, "globale")
    assert whole.replaced(b"QUJD0001", written) == {"SIG-XML"}


class TestWrapping:
    """The signed bordereau is somewhere, but not where it is read."""

    def test_the_signed_bordereau_hidden_in_an_object(self, sheets: Forge) -> None:
        content = sheets.signed.read_bytes()
        start, end = content.index(b"<Bordereau"), content.index(b"</Bordereau>") + len(b"</Bordereau>")
        signed = content[start:end]
        altered = signed.replace(b"1201.50", b"9201.50").replace(b'Id="D1"', b'Id="D9"')
        hidden = altered.replace(
            b"</ds:Signature>", b"<ds:Object>" + SIGNATURE.sub(b"", signed) + b"</ds:Object></ds:Signature>"
        )
        found = codes(sheets.judge(content[:start] + hidden + content[end:]))
        assert found == {"SIG-PLACE"}

    def test_the_same_with_the_same_identifier(self, sheets: Forge) -> None:
        content = sheets.signed.read_bytes()
        start, end = content.index(b"<Bordereau"), content.index(b"</Bordereau>") + len(b"</Bordereau>")
        signed = content[start:end]
        hidden = b"<PES_Marche>" + signed + b"</PES_Marche></n:PES_Aller>"
        forged = content[:start] + signed.replace(b"1201.50", b"9201.50") + content[end:]
        found = codes(sheets.judge(forged.replace(b"</n:PES_Aller>", hidden)))
        assert {"SIG-ID", "SIG-PLACE"} <= found

    def test_a_signature_that_wraps_what_it_signs(self, sheets: Forge) -> None:
        content = sheets.signed.read_bytes()
        found = SIGNATURE.search(content)
        assert found is not None
        moved = content.replace(found[0], b"").replace(b"</PES_PJ>", b"</PES_PJ>" + found[0])
        assert codes(sheets.judge(moved)) == {"SIG-PLACE"}

    def test_a_signature_moved_to_another_bordereau(self, sheets: Forge) -> None:
        content = sheets.signed.read_bytes()
        first, second = SIGNATURE.findall(content)
        assert codes(sheets.judge(content.replace(first, b"@").replace(second, first).replace(b"@", second))) == {
            "SIG-FORME"
        }

    def test_an_old_signature_copied_on_another_bordereau(self, sheets: Forge) -> None:
        content = sheets.signed.read_bytes()
        first, second = SIGNATURE.findall(content)
        copied = re.sub(rb'(["#])D1(["_])', rb"\1D2\2", first)
        assert codes(sheets.judge(content.replace(second, copied))) == {"SIG-VALEUR"}

    def test_a_signature_inside_another(self, sheets: Forge) -> None:
        content = sheets.signed.read_bytes()
        first, second = SIGNATURE.findall(content)
        nested = first.replace(b"</ds:Object>", re.sub(rb'Id="[^"]*"', b"", second) + b"</ds:Object>")
        sheets.signed.write_bytes(content.replace(first, nested))
        assert codes(sheets.report()) == {"SIG-PLACE"}

    def test_what_was_verified_must_be_what_is_read(self, sheets: Forge) -> None:
        """Were the checks of places and form blind, the digest of what stands there would still be compared."""
        flow = Flow.read(sheets.signed)
        sheet = flow.root.find(".//Bordereau")
        signature = sheet[-1]
        shell = etree.SubElement(sheet.getparent(), "Bordereau", Id="D9")
        etree.SubElement(shell, "Piece").append(sheet)
        shell.append(signature)
        signed = Signed(shell, signature, Scope.BORDEREAU)
        assert value.library_verdict(signed, sheets.town.mayor.certificate), "the library alone would be content"
        assert [one.code for one in value.check(flow, signed, read(signature))] == ["SIG-VALEUR"]

    def test_something_after_the_signature(self, sheets: Forge) -> None:
        assert sheets.replaced(b"</ds:Signature></Bordereau>", b"</ds:Signature><Piece/></Bordereau>") == {"SIG-PLACE"}
        assert "SIG-PLACE" in sheets.replaced(b"</ds:Signature><Piece/>", b"</ds:Signature> ")


class TestCoverage:
    """Every bordereau is signed, once."""

    def test_an_unsigned_bordereau_added(self, sheets: Forge) -> None:
        intruder = b'<Bordereau Id="D3"><Piece/></Bordereau></PES_DepenseAller>'
        assert sheets.replaced(b"</PES_DepenseAller>", intruder) == {"SIG-COUVERTURE"}

    def test_a_signature_removed(self, sheets: Forge) -> None:
        signature = SIGNATURE.findall(sheets.signed.read_bytes())[1]
        assert sheets.replaced(signature, b"") == {"SIG-COUVERTURE"}

    def test_a_second_signature(self, sheets: Forge) -> None:
        signature = SIGNATURE.findall(sheets.signed.read_bytes())[0]
        assert "SIG-COUVERTURE" in sheets.replaced(signature, signature + signature.replace(b"D1_SIG_1", b"D1_SIG_2"))

    def test_two_levels(self, sheets: Forge) -> None:
        signature = re.sub(rb'(["#])D1(["_])', rb"\1FLUX1\2", SIGNATURE.findall(sheets.signed.read_bytes())[0])
        assert sheets.replaced(b"</n:PES_Aller>", signature + b"</n:PES_Aller>") == {"SIG-PLACE"}

    def test_a_signature_of_one_bordereau_does_not_cover_the_flow(self, sheets: Forge) -> None:
        content = sheets.signed.read_bytes()
        first, second = SIGNATURE.findall(content)
        alone = content.replace(first, b"").replace(second, b"")
        assert codes(sheets.judge(alone.replace(b"</n:PES_Aller>", first + b"</n:PES_Aller>"))) == {"SIG-FORME"}

    def test_the_signature_of_a_flow_removed_doubled_or_followed(self, town: Town, tmp_path: Path) -> None:
        whole = good(town, tmp_path, "globale")
        content = whole.signed.read_bytes()
        (signature,) = SIGNATURE.findall(content)
        twin = signature.replace(b"FLUX1_SIG_1", b"FLUX1_SIG_2")
        assert codes(whole.judge(content.replace(signature, b""))) == {"SIG-COUVERTURE"}
        assert codes(whole.judge(content.replace(signature, signature + twin))) == {"SIG-COUVERTURE"}
        assert codes(whole.judge(content.replace(signature, signature + b"<PES_PJ/>"))) == {"SIG-PLACE"}
        assert codes(whole.judge(content.replace(signature, signature + b"\n"))) == {"SIG-PLACE"}

    def test_a_bordereau_added_to_a_signed_flow(self, town: Town, tmp_path: Path) -> None:
        intruder = b'<Bordereau Id="D3"><Piece/></Bordereau></PES_DepenseAller>'
        assert good(town, tmp_path, "globale").replaced(b"</PES_DepenseAller>", intruder) == {"SIG-VALEUR"}

    def test_a_flow_that_does_not_say_that_it_is_signed(self, forge: Forge) -> None:
        declared = b'<InfoDematerialisee V="1"/>'
        assert "SIG-DEMAT" in forge.replaced(declared, b'<InfoDematerialisee V="0"/>')
        assert "SIG-DEMAT" in forge.replaced(b'<InfoDematerialisee V="0"/>', b"")


class TestIdentifiers:
    """An identifier is given once, in whatever spelling."""

    @pytest.mark.parametrize("attribute", [b"Id", b"ID", b"id", b"xml:id"])
    def test_an_identifier_given_twice(self, forge: Forge, attribute: bytes) -> None:
        doubled = b'="' + forge.target.encode() + b'">'
        assert forge.replaced(b"<PES_PJ>", b"<PES_PJ " + attribute + doubled) == {"SIG-ID"}

    def test_an_identifier_hidden_in_a_document(self, forge: Forge) -> None:
        assert forge.replaced(b"<Fichier ", b'<Fichier Id="D1" ') == {"SIG-ID"}


class TestForgedParts:
    """Parts that nobody signed, beside those that are signed."""

    def test_a_second_object(self, forge: Forge) -> None:
        assert forge.replaced(b"</ds:Signature>", b"<ds:Object>libre</ds:Object></ds:Signature>") == {"SIG-FORME"}

    def test_a_second_object_with_properties_that_nobody_signed(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        start, end = content.index(b"<ds:Object"), content.index(b"</ds:Object>") + len(b"</ds:Object>")
        forged = content[start:end].replace(b"Maire", b"Agent").replace(b"_SP", b"_SQ")
        assert codes(forge.judge(content[:end] + forged + content[end:])) == {"SIG-FORME"}

    def test_a_closing_tag_beyond_measure(self, forge: Forge) -> None:
        assert forge.replaced(b"</ds:Signature>", b"</ds:Signature" + b" " * 5000 + b">") == {"SIG-XML"}

    def test_an_attribute_that_nobody_knows(self, forge: Forge) -> None:
        assert forge.replaced(b"<ds:Object>", b'<ds:Object Libre="1">') == {"SIG-FORME"}

    def test_second_properties_before_the_signed_ones(self, forge: Forge) -> None:
        content = forge.signed.read_bytes()
        start, end = content.index(b"<xad:QualifyingProperties"), content.index(b"</ds:Object>")
        forged = content[start:end].replace(b"Maire", b"Agent").replace(b"_SP", b"_SQ")
        assert codes(forge.judge(content[:start] + forged + content[start:])) == {"SIG-FORME"}

    def test_unsigned_properties(self, forge: Forge) -> None:
        more = b"</xad:SignedProperties><xad:UnsignedProperties/>"
        assert forge.replaced(b"</xad:SignedProperties>", more) == {"SIG-FORME"}

    def test_another_target(self, forge: Forge) -> None:
        named = f'Target="#{forge.target}_SIG_1"'.encode()
        assert forge.replaced(named, b'Target="#D2_SIG_1"') == {"SIG-FORME"}

    def test_a_text_between_the_parts(self, forge: Forge) -> None:
        assert forge.replaced(b"</ds:KeyInfo>", b"</ds:KeyInfo>libre") == {"SIG-FORME"}


class TestReferences:
    """A reference designates its bordereau or its properties, in the two exact forms of the policy."""

    @pytest.mark.parametrize(
        "address", ["", "#PES", "#D2", "#xpointer(id('D1'))", "http://example.invalid/f.xml", "D1"]
    )
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
            reference.find(f"{DS}DigestValue").text = base64.b64encode(hashlib.sha1(canonical(sheet)).digest()).decode()

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

    def test_anothercertificate_text(self, forge: Forge) -> None:
        other = pki.make(replace(pki.MAYOR, name="Paul TEST-AUTRE"), forge.town.ac)
        mine, theirs = (certificate_text(one).encode() for one in (other, forge.town.mayor))
        assert forge.replaced(theirs, mine) == {"SIG-CERTIFICAT", "SIG-VALEUR"}

    def test_another_person_of_our_authority_signs_again(self, forge: Forge) -> None:
        other = pki.make(replace(pki.MAYOR, name="Paul TEST-AUTRE"), forge.town.ac)
        assert forge.rebuilt(lambda signature: _announce(signature, other), other) == set()
        content = forge.signed.read_bytes()
        expected = fingerprint(forge.town.mayor.certificate)
        assert codes(forge.judge(content, empreinte=expected)) == {"SIG-PERSONNE"}

    def test_a_certificate_before_the_right_one(self, forge: Forge) -> None:
        other = certificate_text(pki.make(pki.MAYOR, forge.town.ac)).encode()
        before = b"<ds:X509Certificate>"
        found = forge.replaced(before, before + other + b"</ds:X509Certificate>" + before)
        assert found == {"SIG-CERTIFICAT", "SIG-VALEUR"}

    def test_an_authority_after_the_right_one_is_in_nobodys_way(self, forge: Forge) -> None:
        after = b"</ds:X509Certificate>"
        more = after + b"<ds:X509Certificate>" + certificate_text(forge.town.ac).encode() + after
        assert forge.replaced(after, more) == set()

    def test_a_bare_key_beside_thecertificate_text(self, forge: Forge) -> None:
        numbers = forge.town.mayor.key.public_key().public_numbers()
        modulus = base64.b64encode(numbers.n.to_bytes(256, "big"))
        bare = (
            b"<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>"
            + modulus
            + b"</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>"
        )
        assert forge.replaced(b"<ds:KeyInfo>", b"<ds:KeyInfo>" + bare) == {"SIG-FORME"}
        assert not blocking(forge.report().findings), "it is ignored, and that is said"
        assert "SIG-VALEUR" in forge.replaced(b"FR76TEST1", b"FR76MINE1")

    def test_a_certificate_that_is_none(self, forge: Forge) -> None:
        assert forge.replaced(certificate_text(forge.town.mayor).encode(), b"AAAA") == {"SIG-FORME"}

    @pytest.mark.parametrize(
        ("profile", "code"),
        [
            (replace(pki.MAYOR, starts=-pki.YEAR * 2), "SIG-DATES"),
            (replace(pki.client_profile("TEST"), clients=True), "SIG-USAGE"),
        ],
        ids=["expired", "authentication only"],
    )
    def test_an_unfitcertificate_text(self, forge: Forge, profile: pki.Profile, code: str) -> None:
        who = pki.make(profile, forge.town.ac)
        assert code in forge.rebuilt(lambda signature: _announce(signature, who), who)

    def test_a_revoked_certificate(self, forge: Forge, tmp_path: Path) -> None:
        listed = tmp_path / "revoques.pem"
        listed.write_bytes(pki.revocation_list(forge.town.ac, [forge.town.mayor]))
        assert codes(forge.report(listes_de_revocation=(listed,))) == {"SIG-REVOQUE"}

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

    def test_a_comment_that_the_canonical_form_would_drop(self, forge: Forge) -> None:
        assert forge.replaced(b"<Piece>", b"<!-- 9 --><Piece>") == set(), "the seal alone holds it"

    def test_an_instruction_is_in_the_canonical_form(self, forge: Forge) -> None:
        assert forge.replaced(b"<Piece>", b"<?x 9?><Piece>") == {"SIG-VALEUR"}

    @pytest.mark.parametrize("remark", [b"<!-- 9 -->", b"<?x 9?>"])
    def test_a_document_cut_in_two(self, forge: Forge, remark: bytes) -> None:
        assert forge.replaced(b"QUJD0001", b"QUJD" + remark + b"0001") == {"SIG-XML"}

    def test_a_comment_inside_a_signed_text(self, forge: Forge) -> None:
        assert forge.replaced(b"<xad:City>Val", b"<xad:City>Val<!-- -->") == {"SIG-XML"}

    def test_another_encoding_for_the_same_bytes(self, forge: Forge) -> None:
        assert forge.replaced(b"ISO-8859-1", b"ISO-8859-2") == {"SIG-XML"}

    def test_a_bordereau_in_a_document(self, forge: Forge) -> None:
        assert forge.replaced(b"QUJD0001", b'<Bordereau Id="D9"/>') == {"SIG-XML"}
