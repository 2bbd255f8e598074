"""Signing: what is written, what is kept, and what is refused."""

import re
import tracemalloc
from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree

from dematfin.errors import SignatureError
from official import OFFICIAL, needs_official, needs_xmlsec1
from signature.stranger import holds, xmlsec1
from signature.town import DS, SIGNATURE, XAD, Town, codes, flow

Prepared = Callable[..., Path]
POLICY = {
    "Identifier": "urn:oid:1.2.250.1.131.1.5.18.21.1.7",
    "Description": "Politique de signature Helios de la DGFiP",
    "SPURI": (
        "https://www.collectivites-locales.gouv.fr/files/files/finances_locales/dematerialisation/ps_helios_dgfip.pdf"
    ),
}


@needs_xmlsec1
@pytest.mark.parametrize(("scope", "count"), [("bordereau", 3), ("globale", 1)])
def test_each_signature_holds_for_xmlsec1(town: Town, prepared: Prepared, scope: str, count: int) -> None:
    signed = town.sign(prepared(depense=2, recette=1), portee=scope)
    assert len(SIGNATURE.findall(signed.read_bytes())) == count
    assert holds(town, signed)


@needs_xmlsec1
def test_xmlsec1_would_see_a_change(town: Town, prepared: Prepared) -> None:
    signed = town.sign(prepared())
    signed.write_bytes(signed.read_bytes().replace(b"1202.50", b"9202.50"))
    assert xmlsec1(town, signed, 1).returncode == 0
    assert xmlsec1(town, signed, 2).returncode != 0


def test_every_byte_outside_the_signatures_is_kept(town: Town, prepared: Prepared) -> None:
    unsigned = prepared(depense=3, recette=2)
    signed = town.sign(unsigned).read_bytes()
    assert len(SIGNATURE.findall(signed)) == 5
    assert SIGNATURE.sub(b"", signed) == unsigned.read_bytes()
    assert signed.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>')


def test_each_bordereau_of_both_domains_is_signed_last(town: Town, prepared: Prepared) -> None:
    root = etree.parse(town.sign(prepared(depense=2, recette=1))).getroot()
    sheets = root.findall("*/Bordereau")
    assert [sheet.get("Id") for sheet in sheets] == ["D1", "D2", "R1"]
    for sheet in sheets:
        assert sheet[-1].tag == f"{DS}Signature"
        assert sheet[-1].tail is None


def test_what_a_signature_says(town: Town, prepared: Prepared) -> None:
    paris_summer = timezone(timedelta(hours=2))
    at = town.now.astimezone(paris_summer)
    signature = etree.parse(town.sign(prepared(depense=1), at=at)).find(f".//{DS}Signature")
    said = {etree.QName(one).localname: one.text for one in signature.iter() if one.text}
    assert signature.get("Id") == "D1_SIG_1"
    assert said["SigningTime"] == f"{town.now:%Y-%m-%dT%H:%M:%SZ}"
    assert said["City"] == "Valbrume-lès-Prés"
    assert said["ClaimedRole"] == "Maire & présidente"
    assert said["X509SerialNumber"] == str(town.mayor.certificate.serial_number)
    assert said["X509IssuerName"].startswith("CN=TEST AC du bac à sable,OU=0002 21990042000015,2.5.4.97=#0c14")
    assert {name: said[name] for name in POLICY} == POLICY
    assert [one.text for one in signature.iterfind(f".//{XAD}SigPolicyHash/{DS}DigestValue")] == [
        "roF9+cfRHNPtVJolhdqfIqGMVuUXX8aR4rpiquf0u5E="
    ]


def test_a_digest_outside_latin_1_or_reserved_in_xml_does_no_harm(town: Town, prepared: Prepared) -> None:
    unsigned = prepared(subject="Cœur d’été &amp; 50&#8364; &lt;fin&gt;&#9;&#10;")
    signed = town.sign(unsigned, ville="Œuilly & <Cie>", qualite="1ʳᵉ adjointe")
    assert codes(town.report(signed, unsigned)) == set()


@needs_official
@needs_xmlsec1
@pytest.mark.parametrize("scope", ["bordereau", "globale"])
def test_an_official_flow_stays_valid_once_signed(town: Town, tmp_path: Path, scope: str) -> None:
    schema = etree.XMLSchema(etree.parse(OFFICIAL / "xsd/pes/v5.17/PES_V2/Rev0/PES_Aller.xsd"))
    unsigned = tmp_path / "flux.xml"
    content = (OFFICIAL / "samples/pes/minimal_own.xml").read_bytes()
    assert b" Id=" in content[: content.index(b"<Enveloppe")], "the whole of it can be signed"
    unsigned.write_bytes(content)
    signed = town.sign(unsigned, portee=scope)
    schema.assertValid(etree.parse(signed))
    assert codes(town.report(signed, unsigned)) == set()
    assert holds(town, signed)


def test_a_flow_whose_bordereaux_have_no_id_is_signed_whole(town: Town, prepared: Prepared) -> None:
    unsigned = prepared()
    unsigned.write_bytes(unsigned.read_bytes().replace(b' Id="D2"', b""))
    with pytest.raises(SignatureError, match="pas d'attribut Id"):
        town.sign(unsigned)
    signed = town.sign(unsigned, portee="globale")
    assert codes(town.report(signed, unsigned)) == codes(town.examine(signed)) == set()


def test_a_flow_without_an_id_cannot_be_signed_whole(town: Town, prepared: Prepared, tmp_path: Path) -> None:
    unsigned = prepared()
    unsigned.write_bytes(unsigned.read_bytes().replace(b' Id="FLUX1"', b""))
    with pytest.raises(SignatureError, match="ne peut pas être signé en entier"):
        town.sign(unsigned, portee="globale")
    assert list(tmp_path.iterdir()) == [unsigned]
    assert town.sign(unsigned).exists()


@needs_official
def test_the_qualifying_properties_are_valid_xades_1_2_2(town: Town, prepared: Prepared, tmp_path: Path) -> None:
    """The flow's own schema imports XAdES 1.1.1 and lets 1.2.2 pass unseen: ask the schema of 1.2.2 itself."""
    folder = OFFICIAL / "xsd/pes/v5.17/xades"
    schema = etree.XMLSchema(etree.parse(folder / "XAdES1.2.2.xsd"))
    properties = etree.parse(town.sign(prepared(depense=1))).find(f".//{XAD}QualifyingProperties")
    schema.assertValid(etree.ElementTree(etree.fromstring(etree.tostring(properties))))


FLOW = flow()
UNFIT = {
    "no bordereau": (flow(depense=0), "n'a pas de bordereau"),
    "a bordereau without Id": (FLOW.replace(b'<Bordereau Id="D2">', b"<Bordereau>"), "n'a pas d'attribut Id"),
    "an empty bordereau": (FLOW.replace(b"</PES_DepenseAller>", b'<Bordereau Id="X"/></PES_DepenseAller>'), "vide"),
    "an Id given twice": (FLOW.replace(b'"FLUX1"', b'"D1"'), "« D1 » est donné deux fois"),
    "an id in another case": (FLOW.replace(b"<PES_PJ>", b'<PES_PJ id="D2">'), "« D2 » est donné deux fois"),
    "an xml:id": (FLOW.replace(b"<PES_PJ>", b'<PES_PJ xml:id="D2">'), "« D2 » est donné deux fois"),
    "a doctype": (FLOW.replace(b"<n:PES", b'<!DOCTYPE x [<!ENTITY e "x">]><n:PES', 1), "DOCTYPE"),
    "a comment in a document": (FLOW.replace(b"QUJD", b"QU<!-- x -->JD"), "commentaire"),
    "an instruction in a document": (FLOW.replace(b"QUJD", b"QU<?x y?>JD"), "commentaire"),
    "a style sheet": (FLOW.replace(b"<n:PES", b'<?xml-stylesheet href="x"?><n:PES', 1), "instruction"),
    "an instruction after it": (FLOW + b"<?x y?>", "instruction"),
    "an element in a document": (FLOW.replace(b"QUJD", b"<Bordereau/>QUJD"), "autre chose que du texte"),
    "not XML": (FLOW.replace(b"</PES_PJ>", b"</PES_P>"), "mal formé"),
    "cut short": (FLOW[:-30], "mal formé"),
    "another encoding": (FLOW.replace(b"ISO-8859-1", b"UTF-8"), "doit commencer par"),
    "a blank before": (b"\n" + FLOW, "doit commencer par"),
    "not dematerialised": (FLOW.replace(b'Dematerialisee V="1"', b'Dematerialisee V="0"'), "InfoDematerialisee"),
}


@pytest.mark.parametrize(("content", "reason"), UNFIT.values(), ids=UNFIT.keys())
def test_an_unfit_flow_is_refused_and_nothing_is_written(
    town: Town, tmp_path: Path, content: bytes, reason: str
) -> None:
    unsigned = tmp_path / "flux.xml"
    unsigned.write_bytes(content)
    with pytest.raises(SignatureError, match=re.escape(reason)):
        town.sign(unsigned)
    assert list(tmp_path.iterdir()) == [unsigned]


def test_a_signed_flow_is_never_signed_again(town: Town, prepared: Prepared) -> None:
    signed = town.sign(prepared())
    with pytest.raises(SignatureError, match="ne se signe pas deux fois"):
        town.sign(signed)


def test_a_flow_too_large_is_refused_unread(town: Town, tmp_path: Path) -> None:
    unsigned = tmp_path / "flux.xml"
    with unsigned.open("wb") as sink:
        sink.truncate(201 * 1024 * 1024)
    with pytest.raises(SignatureError, match="200 Mo"):
        town.sign(unsigned)


def test_a_disk_that_fails_leaves_nothing_behind(town: Town, prepared: Prepared, tmp_path: Path) -> None:
    unsigned = prepared()
    target = unsigned.with_suffix(".signed.xml")
    target.mkdir()
    with pytest.raises(IsADirectoryError):
        town.sign(unsigned)
    assert sorted(tmp_path.iterdir()) == sorted([unsigned, target])


def test_two_signatures_at_the_same_second_are_the_same_bytes(town: Town, prepared: Prepared) -> None:
    unsigned = prepared()
    at = town.now.replace(tzinfo=UTC)
    assert town.sign(unsigned, at=at).read_bytes() == town.sign(unsigned, at=at).read_bytes()


@pytest.mark.parametrize(("scope", "count"), [("bordereau", 3), ("globale", 1)])
def test_a_heavy_flow_is_never_held_in_memory(town: Town, prepared: Prepared, scope: str, count: int) -> None:
    weight = 30_000_000
    unsigned = prepared(depense=3)
    unsigned.write_bytes(unsigned.read_bytes().replace(b"QUJD0000", b"QUJD" * (weight // 4)))
    tracemalloc.start()
    try:
        signed = town.sign(unsigned, portee=scope)
        report = town.report(signed, unsigned)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(report.signatures) == count
    assert peak < weight / 3
