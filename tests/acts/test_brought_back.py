"""A file brought back by somebody, judged for real: odd tools are let through, every attack is kept out.

The flow is a real one of ours, signed by a real key as a bought i-Parapheur does; the act itself takes it back.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from lxml import etree

from dematfin.acts import hand_over
from dematfin.domain.event import Subject
from dematfin.domain.mandat.flux import FluxState
from dematfin.errors import DematfinError
from dematfin.sandbox import pki
from dematfin.sandbox.iparapheur.signing import sign
from dematfin.signature.elsewhere import Elsewhere
from examples import AGENT, MAIRE
from fakes.hall import Hall, flux
from signature.resigning import DECLARATION, sign_again
from signature.town import DS, SIGNATURE, XAD, Town, found_town

SHEET: Final = "COMMUNE-2026-42"
SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("pki"))


@pytest.fixture
def hall(tmp_path: Path, town: Town) -> Hall:
    """Return a hall whose flow was given to somebody, and whose ordonnateur bears the name of the certificate."""
    hall = Hall.build(tmp_path)
    hall.app = replace(hall.app, signer=Elsewhere(), signatures=town.verifier())
    with hall.ledger.transaction() as books:
        books.save(replace(MAIRE, name="TEST-MAIRE Jeanne"))
    hall.to_sign("120.00")
    hand_over.export(hall.app, AGENT, SHEET, tmp_path / "clé")
    return hall


def signed(hall: Hall, who: pki.Identity, town: Town) -> bytes:
    return sign(hall.documents.kept[flux(hall).unsigned.sha256], who, town.now)


def bring(hall: Hall, data: bytes, folder: Path) -> hand_over.Taken:
    file = folder / "retour.xml"
    file.write_bytes(data)
    return hand_over.take_in(hall.app, AGENT, file)


def again(data: bytes, change: Callable[[Any], None], who: pki.Identity) -> bytes:
    """Change the signature as its holder may, and sign the result for real."""
    root = etree.fromstring(data)
    signature = root.find(f".//{DS}Signature")
    change(signature)
    sign_again(signature, who)
    return bytes(DECLARATION + b"\n" + etree.tostring(root, encoding="ISO-8859-1", xml_declaration=False))


TOOLS: Final[dict[str, Callable[[bytes], bytes]]] = {
    "bytes kept": lambda data: data,
    "written again": lambda data: etree.tostring(etree.fromstring(data), encoding="ISO-8859-1"),
    "Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "references": lambda data: data.decode("iso-8859-1").encode("ascii", "xmlcharrefreplace"),
}


@pytest.mark.parametrize("tool", TOOLS)
def test_what_an_honest_tool_wrote_is_kept_and_leaves(hall: Hall, town: Town, tmp_path: Path, tool: str) -> None:
    back = TOOLS[tool](signed(hall, town.mayor, town))
    bring(hall, back, tmp_path)
    assert (flux(hall).state, flux(hall).signed_by) == (FluxState.SIGNED, MAIRE.id)
    hall.day()
    assert flux(hall).state is FluxState.ACKNOWLEDGED
    assert list(hall.tdt.received.values()) == [back]


def sha1_of_the_certificate(signature: Any) -> None:
    signature.find(f".//{XAD}CertDigest")[0].set("Algorithm", SHA1)


def older(signature: Any) -> None:
    for digest in (signature.find(f".//{XAD}CertDigest"), signature.find(f".//{XAD}SigPolicyHash")):
        for one in digest:
            one.tag = one.tag.replace(DS, XAD)
    for one in signature.iter(f"{XAD}*"):
        one.tag = one.tag.replace("v1.2.2#", "v1.1.1#")


def test_a_form_that_the_policy_asks_otherwise_is_told_and_written_down(hall: Hall, town: Town, tmp_path: Path) -> None:
    taken = bring(hall, again(signed(hall, town.mayor, town), older, town.mayor), tmp_path)
    (remark,) = taken.remarks
    assert "XAdES 1.1.1" in remark
    assert "XAdES 1.1.1" in hall.ledger.history(Subject.FLUX)[-1].event.data["remarques"]


def _put(name: str, text: str) -> Callable[[Any], None]:
    def change(signature: Any) -> None:
        signature.find(f".//{{*}}{name}").text = text

    return change


def _set(name: str, attribute: str, value: str) -> Callable[[Any], None]:
    def change(signature: Any) -> None:
        signature.find(f".//{{*}}{name}").set(attribute, value)

    return change


HOLDER: Final[dict[str, Callable[[Any], None]]] = {
    "time without a zone": _put("SigningTime", "2026-03-12T09:41:07"),
    "time of the future": _put("SigningTime", "2199-03-12T09:41:07Z"),
    "time before the flow": _put("SigningTime", "2020-03-12T09:41:07Z"),
    "policy": _put("Identifier", "urn:oid:1.2.250.1.131.1.5.18.21.1.4"),
    "no role": _put("ClaimedRole", " "),
    "whole flow by an empty address": _set("Reference", "URI", ""),
    "outside address": _set("Reference", "URI", "http://example.invalid/flux.xml"),
    "XPath": _set("Transform", "Algorithm", "http://www.w3.org/TR/1999/REC-xpath-19991116"),
    "SHA-1": _set("Reference//{*}DigestMethod", "Algorithm", SHA1),
    "RSA-SHA1": _set("SignatureMethod", "Algorithm", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
    "another certificate's digest": sha1_of_the_certificate,
    "comment": lambda signature: signature.append(etree.Comment("x")),
    "second properties": lambda signature: signature.append(etree.fromstring(f'<d:Object xmlns:d="{DS[1:-1]}"/>')),
}
"""What whoever holds a good key may write, and sign for real."""

BY_HAND: Final[dict[str, Callable[[bytes], bytes]]] = {
    "unsigned": lambda data: SIGNATURE.sub(b"", data),
    "amount": lambda data: data.replace(b'MtHT V="120.00"', b'MtHT V="920.00"'),
    "IBAN": lambda data: re.sub(rb'(IBAN V="FR..)(.)', lambda found: found[1] + b"9" + found[2][1:], data),
    "attachment": lambda data: re.sub(
        rb"(<Fichier[^>]*>)(.{8})", lambda found: found[1] + found[2][::-1], data, count=1
    ),
    "header": lambda data: data.replace(b'LibelleColBud V="', b'LibelleColBud V="X', 1),
    "role": lambda data: data.replace(b"ClaimedRole>Maire", b"ClaimedRole>Adjoint"),
    "signature moved": lambda data: SIGNATURE.sub(b"", data).replace(
        b"</PES_DepenseAller>", SIGNATURE.findall(data)[0] + b"</PES_DepenseAller>"
    ),
    "signed twice": lambda data: data.replace(SIGNATURE.findall(data)[0], SIGNATURE.findall(data)[0] * 2),
    "bordereau added": lambda data: data.replace(
        b"</PES_DepenseAller>", b'<Bordereau Id="B9"><BlocBordereau/></Bordereau></PES_DepenseAller>'
    ),
    "wrapped": lambda data: data.replace(
        b"</PES_DepenseAller>",
        b"</PES_DepenseAller><PES_Marche>"
        + SIGNATURE.sub(b"", re.findall(rb"<Bordereau .*</Bordereau>", data, re.DOTALL)[0])
        + b"</PES_Marche>",
    ),
    "identifier twice": lambda data: data.replace(b"<BlocBordereau>", b'<BlocBordereau id="B2026T01N0000042">'),
    "comment in a value": lambda data: data.replace(b"<Piece>", b"<!-- 1 --><Piece>", 1),
    "comment after the end": lambda data: data + b"<!-- 1 -->",
    "doctype": lambda data: data.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "bb">]>', 1),
    "UTF-8": lambda data: data.decode("iso-8859-1").replace("ISO-8859-1", "UTF-8", 1).encode(),
    "indented": lambda data: data.replace(b"</Piece>", b"</Piece>\n  "),
}


def refused(hall: Hall, data: bytes, folder: Path) -> str:
    """Bring a file, and see that nothing of it is kept."""
    before, documents = dict(hall.ledger.records), set(hall.documents.kept)
    with pytest.raises(DematfinError) as told:
        bring(hall, data, folder)
    assert (hall.ledger.records, set(hall.documents.kept)) == (before, documents)
    assert "ien n'est gardé" in str(told.value)
    return str(told.value)


@pytest.mark.parametrize("attack", HOLDER)
def test_what_a_holder_of_a_good_key_may_not_write(hall: Hall, town: Town, tmp_path: Path, attack: str) -> None:
    refused(hall, again(signed(hall, town.mayor, town), HOLDER[attack], town.mayor), tmp_path)


@pytest.mark.parametrize("attack", BY_HAND)
def test_what_a_forger_changes_by_hand(hall: Hall, town: Town, tmp_path: Path, attack: str) -> None:
    good = signed(hall, town.mayor, town)
    spoilt = BY_HAND[attack](good)
    assert spoilt != good
    refused(hall, spoilt, tmp_path)


CERTIFICATES: Final = {
    "expired": replace(pki.MAYOR, starts=-pki.YEAR * 2),
    "authentication": replace(pki.client_profile("TEST"), clients=True, name="Jeanne TEST-MAIRE"),
    "short key": replace(pki.MAYOR, bits=1024),
    "somebody else": replace(pki.MAYOR, name="Paul TEST-AUTRE"),
}


@pytest.mark.parametrize("kind", CERTIFICATES)
def test_a_certificate_that_does_not_do(hall: Hall, town: Town, tmp_path: Path, kind: str) -> None:
    refused(hall, signed(hall, pki.make(CERTIFICATES[kind], town.ac), town), tmp_path)


def test_a_revoked_certificate(hall: Hall, town: Town, tmp_path: Path) -> None:
    listed = tmp_path / "revoques.pem"
    listed.write_bytes(pki.revocation_list(town.ac, [town.mayor]))
    hall.app = replace(hall.app, signatures=town.verifier(listes_de_revocation=(listed,)))
    assert "révoqué" in refused(hall, signed(hall, town.mayor, town), tmp_path)


def test_a_certificate_that_anybody_makes_in_the_name_of_the_mayor(hall: Hall, town: Town, tmp_path: Path) -> None:
    """Where no authority is configured nothing vouches for a name: the expected certificate has to be told."""
    forger = pki.make(pki.MAYOR, pki.make(pki.AC, pki.make(pki.ROOT)))
    forged = signed(hall, forger, town)
    assert "racine reconnue" in refused(hall, forged, tmp_path)
    nobody: dict[str, Any] = {"autorites": (), "listes_de_revocation": ()}
    hall.app = replace(hall.app, signatures=town.verifier(**nobody))
    assert "n'importe qui peut en fabriquer un" in refused(hall, forged, tmp_path)
