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
from signature.stranger import xmlsec1
from signature.town import Town, found_town
from tdt.office import Office

SET = OFFICIAL / "xsd" / "pes" / "v5.17"
NOT_THERE = {
    "pj-par-reference": {"La PJ 219900420000152026DEPENSE00000001 est inconnue"},
    "annulation": {"Le mandat d'origine 1187 est inconnu"},
    "reduction": {"Le mandat d'origine 1187 est inconnu"},
    "pieces-seules": {"La pièce 1187 de RefCompta est inconnue"},
}
"""An office that opens today never got the flow that came before."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """Return a town and its certificates."""
    return found_town(tmp_path_factory.mktemp("pki"))


@cache
def official() -> Any:
    return etree.XMLSchema(etree.parse(SET / "PES_V2" / "Rev0" / "PES_Aller.xsd"))


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_written_as_its_golden_flow(name: str, tmp_path: Path) -> None:
    """A difference here is one for the comptable: `make golden` rewrites them, once it is wanted."""
    flow = tmp_path / "flux.xml"
    write(CASES[name], BLOBS, flow)
    assert readable(flow.read_bytes()) == (GOLDEN / f"{name}.xml").read_bytes()


@pytest.mark.parametrize("name", CASES)
def test_our_schema_and_our_rules_accept_it(name: str, tmp_path: Path) -> None:
    flow = tmp_path / "flux.xml"
    writer = write(CASES[name], BLOBS, flow)
    elsewhere = frozenset(piece.id for piece in CASES[name].references) - CASES[name].carried
    assert writer.problems(flow, elsewhere) == ()
    assert bool(writer.problems(flow, frozenset())) == bool(elsewhere)
    for sheet, (bordereau, mandats) in zip(read_aller(flow).bordereaux, CASES[name].sheets, strict=True):
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
@pytest.mark.parametrize("name", CASES)
def test_signed_where_it_orders_to_pay_it_is_believed_and_taken(name: str, town: Town, tmp_path: Path) -> None:
    """By xmlsec1, by the official schema, and by the entry gate of the sandbox, which opens each document."""
    flow = tmp_path / "flux.xml"
    write(CASES[name], BLOBS, flow)
    if CASES[name].sheets:
        flow = town.sign(flow)
        assert "2/2" in xmlsec1(town, flow, 1).stderr
    official().assertValid(etree.parse(flow))
    office = Office.open(tmp_path, town)
    refused = [one for one in office.answer(flow).elements if not one.accepted]
    office.close()
    assert {reason.text for one in refused for reason in one.anomalies} == NOT_THERE.get(name, set())


def test_no_golden_flow_is_left_of_a_case_that_is_gone() -> None:
    assert {one.stem for one in GOLDEN.glob("*.xml")} == set(CASES)
