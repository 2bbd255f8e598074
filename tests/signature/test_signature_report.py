"""What the report says of a good flow, of an old one, and of what no signature covers."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dematfin.domain.finding import Severity
from dematfin.signature.certificate import fingerprint
from official import OFFICIAL, needs_official
from signature.town import SIGNATURE, Town, codes, flow, found_town

Prepared = Callable[..., Path]
LETTERS: Final = st.sampled_from("ABCXYZabcxyz0189éà".encode("iso-8859-1"))


def test_a_good_flow_has_no_remark(town: Town, prepared: Prepared) -> None:
    unsigned = prepared(depense=2, recette=1)
    report = town.report(town.sign(unsigned), unsigned)
    assert report.findings == ()
    assert [fact.target for fact in report.signatures] == ["D1", "D2", "R1"]
    for fact in report.signatures:
        assert fact.signer == "Jeanne TEST-MAIRE"
        assert fact.signed_at == town.now
        assert fact.fingerprint == fingerprint(town.mayor.certificate)


def test_a_flow_signed_long_ago_still_holds_once_the_certificate_has_ended(tmp_path: Path, prepared: Prepared) -> None:
    old = found_town(tmp_path, starts=timedelta(days=-6000))
    unsigned = prepared()
    report = old.report(old.sign(unsigned), unsigned, now=old.now + timedelta(days=6000))
    assert old.mayor.certificate.not_valid_after_utc < old.now + timedelta(days=6000)
    assert codes(report) == set()
    assert len(report.signatures) == 2


def test_a_signature_of_the_future_is_refused(town: Town, prepared: Prepared) -> None:
    unsigned = prepared()
    signed = town.sign(unsigned)
    assert codes(town.report(signed, unsigned, now=town.now - timedelta(seconds=1))) == {"SIG-DATE"}


def test_a_remark_common_to_all_bordereaux_is_made_once(town: Town, prepared: Prepared) -> None:
    unsigned = prepared(depense=3)
    signed = town.sign(unsigned, listes_de_revocation=())
    report = town.report(signed, unsigned, listes_de_revocation=())
    assert [finding.code for finding in report.findings] == ["SIG-REVOCATION"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"QUJD0001", b"QUJD9001"),
        (b"PESALR1_TEST_001", b"PESALR1_TEST_002"),
        (b"</PES_PJ>", b"<PJ/></PES_PJ>"),
        (b"</PES_PJ>", b"</PES_PJ>\n"),
    ],
    ids=["a document", "NomFic", "a document more", "one blank"],
)
def test_a_change_outside_the_bordereaux_breaks_only_our_seal(
    town: Town, prepared: Prepared, before: bytes, after: bytes
) -> None:
    unsigned = prepared()
    signed = town.sign(unsigned)
    signed.write_bytes(signed.read_bytes().replace(before, after))
    report = town.report(signed, unsigned)
    assert codes(report) == {"SIG-SCEAU"}
    assert len(report.signatures) == 2, "a signature of a bordereau does not see it"


def test_signatures_may_be_read_without_the_town_that_made_them(town: Town, prepared: Prepared) -> None:
    """Place and quality are the signatory's own words; the policy is the DGFiP's, and must be the one expected."""
    unsigned = prepared()
    signed = town.sign(unsigned)
    assert codes(town.report(signed, unsigned, ville="Ailleurs", qualite="Adjoint")) == set()
    next_policy = {"oid": "urn:oid:1.2.250.1.131.1.5.18.21.1.8"}
    assert codes(town.report(signed, unsigned, politique=next_policy)) == {"SIG-POLITIQUE"}


@pytest.mark.parametrize("content", [b"", b"<", b"\x00\x01", b'<?xml version="1.0" encoding="ISO-8859-1"?><x/>'])
def test_what_is_no_flow_gets_a_report_too(town: Town, prepared: Prepared, tmp_path: Path, content: bytes) -> None:
    odd = tmp_path / "odd.xml"
    odd.write_bytes(content)
    report = town.report(odd, prepared())
    assert codes(report) & {"SIG-XML", "SIG-COUVERTURE"}
    assert report.signatures == ()


@needs_official
@pytest.mark.parametrize(
    "name", ["stela_test-perime-04-04-2016.xml", "sesile_helios.xml", "parapheur_PESALR1_unsigned.xml"]
)
def test_flows_of_other_tools_get_a_report_too(town: Town, name: str) -> None:
    sample = OFFICIAL / "samples/pes" / name
    report = town.report(sample, sample)
    assert any(finding.severity is Severity.BLOCKING for finding in report.findings)


@pytest.fixture(scope="module")
def example(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a signed flow to forge."""
    unsigned = tmp_path_factory.mktemp("forged") / "flux.xml"
    unsigned.write_bytes(flow(depense=2))
    return town.sign(unsigned)


@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_any_change_of_a_byte_said_by_a_bordereau_breaks_its_signature(
    town: Town, example: Path, data: st.DataObject
) -> None:
    """The unsigned flow gets the same change, so that the seal sees nothing and the signature alone must speak."""
    content = example.read_bytes()
    position = data.draw(st.sampled_from(said_by_bordereaux(content)))
    letter = data.draw(LETTERS.filter(lambda one: one != content[position]))
    forged = content[:position] + bytes([letter]) + content[position + 1 :]
    signed, unsigned = example.with_name("forged.xml"), example.with_name("forged.unsigned.xml")
    signed.write_bytes(forged)
    unsigned.write_bytes(SIGNATURE.sub(b"", forged))
    report = town.report(signed, unsigned)
    assert codes(report) == {"SIG-VALEUR"}
    assert len(report.signatures) == 1


def said_by_bordereaux(content: bytes) -> list[int]:
    """Return where a byte of a bordereau can change and leave good XML: in a value, in the blanks between two tags."""
    masked = SIGNATURE.sub(lambda found: b"!" * len(found[0]), content)
    return [
        sheet.start() + at
        for sheet in re.finditer(rb"<Bordereau .*?</Bordereau>", masked, re.DOTALL)
        for said in re.finditer(rb'V="([^"]+)"|>(\s+)<', sheet[0])
        for at in range(*said.span(said.lastindex or 0))
    ]
