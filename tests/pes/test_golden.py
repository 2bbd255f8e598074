"""Golden flows: what we write of the cases of the trade, byte for byte, judged by everybody who can."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from dematfin.pes.aller import read_aller
from official import OFFICIAL, needs_official, needs_xmlsec1
from pes.cases import BLOBS, CASES, GOLDEN, readable
from pes.plans import write
from signature.test_xades_signing import xmlsec1
from signature.town import Town, found_town

SET = OFFICIAL / "xsd" / "pes" / "v5.17"
UNLISTED = {"apres-paiement": {"PES-TRIPLET"}}
"""What is written although the list of triplets, of which the DGFiP's grid was never found, may lack it."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town and its certificates."""
    return found_town(tmp_path_factory.mktemp("pki"))


@cache
def official() -> Any:
    return etree.XMLSchema(etree.parse(SET / "PES_V2" / "Rev0" / "PES_Aller.xsd"))


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_written_as_its_golden_flow(name: str, tmp_path: Path) -> None:
    """A difference here is one for the comptable: `python tests/pes/cases.py` rewrites them, once it is wanted."""
    flow = tmp_path / "flux.xml"
    write(CASES[name], BLOBS, flow)
    assert readable(flow.read_bytes()) == (GOLDEN / f"{name}.xml").read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_our_schema_and_our_rules_accept_it(name: str, tmp_path: Path) -> None:
    flow = tmp_path / "flux.xml"
    writer = write(CASES[name], BLOBS, flow)
    assert {one.code for one in writer.problems(flow)} <= UNLISTED.get(name, set())
    (sheet,) = read_aller(flow).bordereaux
    ((bordereau, mandats),) = CASES[name].sheets
    assert sheet.announced == bordereau.total == sum(one.amount for one in mandats)
    assert [one.amount for one in sheet.mandats] == [one.amount for one in mandats]


@needs_official
@pytest.mark.parametrize("name", CASES)
def test_the_official_schema_accepts_it(name: str, tmp_path: Path) -> None:
    flow = tmp_path / "flux.xml"
    write(CASES[name], BLOBS, flow)
    official().assertValid(etree.parse(flow))


@needs_official
@needs_xmlsec1
def test_each_case_is_signed_and_xmlsec1_believes_it(town: Town, tmp_path: Path) -> None:
    for name, one in CASES.items():
        flow = tmp_path / f"{name}.xml"
        write(one, BLOBS, flow)
        signed = town.sign(flow)
        assert "2/2" in xmlsec1(town, signed, 1).stderr, name
        official().assertValid(etree.parse(signed))


def test_no_golden_flow_is_left_of_a_case_that_is_gone() -> None:
    assert {one.stem for one in GOLDEN.glob("*.xml")} == set(CASES)
