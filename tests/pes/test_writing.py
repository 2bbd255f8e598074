"""What we write is what was decided, to the cent and to the byte, whatever suppliers call themselves."""

import tracemalloc
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from dematfin.domain.mandat.flux import FlowPlan
from dematfin.errors import FlowRejected
from dematfin.pes.aller import read_aller
from dematfin.pes.contents import inflated
from dematfin.pes.light import read_light
from official import OFFICIAL
from pes.plans import PDF, documents_of_small_plan, mandat, piece, plan, plans, small_plan, stored, write

SET = OFFICIAL / "xsd" / "pes" / "v5.17"
ALLER = "{http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller}PES_Aller"


def test_the_head_of_a_flow_is_where_s2low_looks_for_it(tmp_path: Path) -> None:
    flow = tmp_path / "flux.xml"
    write(small_plan(), documents_of_small_plan(), flow)
    data = flow.read_bytes()
    assert data.startswith(b'<?xml version="1.0" encoding="ISO-8859-1"?>')
    data.decode("iso-8859-1")
    root = etree.fromstring(data)
    assert root.tag == ALLER
    assert root.get("Id", "").startswith("ID_")
    assert [child.tag for child in root] == ["Enveloppe", "EnTetePES", "PES_DepenseAller", "PES_PJ"]


def test_documents_come_out_as_they_went_in(tmp_path: Path) -> None:
    flow = tmp_path / "flux.xml"
    blobs = documents_of_small_plan()
    write(small_plan(), blobs, flow)
    found = [b"".join(inflated(flow, span, "pièce")) for span in read_light(flow).documents]
    assert found == list(blobs.values())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=plans())
def test_whatever_is_written_is_accepted_and_read_back(
    tmp_path: Path, drawn: tuple[FlowPlan, dict[str, bytes]]
) -> None:
    """Or refused by name, when a supplier is called something that Latin-1 cannot write."""
    one, blobs = drawn
    flow = tmp_path / "flux.xml"
    try:
        writer = write(one, blobs, flow, SET if SET.is_dir() else None)
    except FlowRejected as refusal:
        assert any(known.id in str(refusal) for known in one.mandats)
        return
    ((bordereau, mandats),) = one.sheets
    ignored = {"PES-PJ-ORPHELINE", "PES-PJ-TYPE", "PES-PJ-TRONQUEE"}  # names and bytes are drawn apart
    elsewhere = frozenset(key for known in mandats for key in known.pieces) - one.carried
    assert [found.sentence for found in writer.problems(flow, elsewhere) if found.code not in ignored] == []
    back = read_aller(flow)
    (sheet,) = back.bordereaux
    assert (back.nomfic, back.siret, back.dematerialised) == (one.nomfic, one.budget.siret, True)
    assert (sheet.number, sheet.announced, sheet.cumul) == (42, bordereau.total, bordereau.cumul)
    assert [read.amount for read in sheet.mandats] == [known.amount for known in mandats]
    assert [read.number for read in sheet.mandats] == [known.number for known in mandats]
    assert [read.references for read in sheet.mandats] == [known.pieces for known in mandats]
    assert all(read.iban == known.tiers.account.iban for read, known in zip(sheet.mandats, mandats, strict=True))
    assert set(back.carried) == set(one.carried)


def test_a_document_that_helios_has_is_only_referred_to(tmp_path: Path) -> None:
    flow = tmp_path / "flux.xml"
    first, second = piece(1), piece(2, PDF + b"2")
    one = plan(mandat(1, pieces=(first.id, second.id)), pieces=(first, second), carried=frozenset({second.id}))
    writer = write(one, stored(PDF + b"2"), flow)
    assert writer.problems(flow, frozenset({first.id})) == ()
    assert [one.code for one in writer.problems(flow, frozenset())] == ["PES-PJ-INCONNUE"]
    back = read_aller(flow)
    assert back.carried == (second.id,)
    assert back.bordereaux[0].mandats[0].references == (first.id, second.id)


def test_a_heavy_document_never_stands_in_memory(tmp_path: Path) -> None:
    heavy = bytes(range(256)) * 160_000
    one = plan(mandat(1, pieces=(piece(1, heavy).id,)), pieces=(piece(1, heavy),))
    tracemalloc.start()
    try:
        write(one, stored(heavy), tmp_path / "flux.xml")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < len(heavy) / 4


@pytest.mark.parametrize("amount", ["0.01", "999999999.99"])
def test_amounts_have_two_decimals_and_a_point(tmp_path: Path, amount: str) -> None:
    flow = tmp_path / "flux.xml"
    write(plan(mandat(1, amount, pieces=(piece(1).id,)), pieces=(piece(1),)), documents_of_small_plan(), flow)
    assert read_aller(flow).bordereaux[0].announced == Decimal(amount)
    assert f'<MtHT V="{amount}"/>'.encode() in flow.read_bytes()
