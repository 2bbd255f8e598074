"""Bordereaux signed by hand on paper: InfoDematerialisee at 0, and not one signature in the file that leaves."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from dematfin.acts import hand_over, sign
from dematfin.domain.event import Subject
from dematfin.domain.finding import blocking
from dematfin.domain.mandat.flux import FluxState
from dematfin.errors import Forbidden, RuleError, SeparationOfDuties, SignatureError
from dematfin.pes.build import Writer
from dematfin.pes.style import Style
from dematfin.pes.validate import Schemas
from dematfin.ports.signature import Place
from examples import AGENT, MAIRE, VISEUR
from fakes.hall import Hall, flux
from fakes.signature import FakePlace, FakeSigner
from official import OFFICIAL, needs_official
from signature.resigning import DECLARATION

SHEET = "COMMUNE-2026-42"
SIGNED = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S"/></Bordereau>'


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    hall = Hall.build(tmp_path, paperless=False)
    hall.app = replace(
        hall.app, writer=Writer(hall.documents.open, Schemas(), "1.0", Style(paperless=False)), signer=FakePlace()
    )
    hall.to_sign("120.00")
    return hall


def test_what_was_signed_on_paper_leaves_byte_for_byte_as_it_was_prepared(hall: Hall) -> None:
    unsigned = hall.documents.kept[flux(hall).unsigned.sha256]
    assert b'<InfoDematerialisee V="0"/>' in unsigned
    sign.sign_on_paper(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    now = flux(hall)
    assert (now.state, now.signed, now.signed_by) == (FluxState.SIGNED, now.unsigned, MAIRE.id)
    kept = hall.ledger.history(Subject.FLUX)[-1].event
    assert (kept.motif, kept.by, kept.data) == (
        f"signé sur papier par {MAIRE.name}",
        MAIRE.id,
        {"sha256": now.unsigned.sha256, "exception": "signe-sur-papier"},
    )
    hall.day()
    assert flux(hall).state is FluxState.ACKNOWLEDGED
    assert list(hall.tdt.received.values()) == [unsigned]


@needs_official
def test_the_official_schemas_and_the_rules_take_it(hall: Hall, tmp_path: Path) -> None:
    path = tmp_path / "flux.xml"
    unsigned = hall.documents.kept[flux(hall).unsigned.sha256]
    path.write_bytes(unsigned)
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd/pes/v5.17/PES_V2/Rev0/PES_Aller.xsd"))
    schema.assertValid(etree.parse(path))
    assert blocking(hall.app.writer.problems(path, frozenset())) == ()


def test_one_byte_changed_and_it_neither_is_taken_for_signed_nor_leaves(hall: Hall) -> None:
    key = flux(hall).unsigned.sha256
    good = hall.documents.kept[key]
    hall.documents.kept[key] = good + b" "
    with pytest.raises(SignatureError, match="n'est plus celui"):
        sign.sign_on_paper(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    assert flux(hall).state is FluxState.BUILT
    hall.documents.kept[key] = good
    sign.sign_on_paper(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    hall.documents.kept[key] = good + b" "
    hall.day()
    assert (flux(hall).state, hall.tdt.received) == (FluxState.SIGNED, {})


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.replace(b"</Bordereau>", SIGNED),
        lambda data: data.replace(b'InfoDematerialisee V="0"', b'InfoDematerialisee V="1"'),
    ],
    ids=["signed", "said to be signed"],
)
def test_a_file_that_is_signed_or_says_so_is_not_taken_for_paper(
    hall: Hall, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    data = change(hall.documents.kept[flux(hall).unsigned.sha256])
    assert data.startswith(DECLARATION)
    with hall.ledger.transaction() as books:
        books.save(replace(flux(hall), unsigned=hall.documents.put(data)))
    with pytest.raises(SignatureError, match="Hélios le rejetterait"):
        sign.sign_on_paper(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    assert flux(hall).state is FluxState.BUILT


def test_the_total_the_person_and_the_duties_are_those_of_any_signature(hall: Hall) -> None:
    for who, total, error in (
        (AGENT, "120.00", Forbidden),
        (MAIRE, "119.99", RuleError),
        (replace(VISEUR, roles=VISEUR.roles | MAIRE.roles), "120.00", SeparationOfDuties),
    ):
        with pytest.raises(error):
            sign.sign_on_paper(hall.app, who, flux(hall).id, Decimal(total))
    assert flux(hall).state is FluxState.BUILT


def test_a_flow_is_signed_as_it_was_built_whatever_is_configured_since(hall: Hall, tmp_path: Path) -> None:
    hall.app = replace(hall.app, policy=replace(hall.app.policy, paperless=True))
    assert hall.app.signer.place is Place.PARAPHEUR
    assert hand_over.to_hand_over(hall.app, AGENT) == ()
    for act in (
        lambda: hand_over.hand_over(hall.app, AGENT, flux(hall).id, Decimal("120.00")),
        lambda: hand_over.export(hall.app, AGENT, SHEET, tmp_path),
    ):
        with pytest.raises(RuleError, match="signé sur papier"):
            act()
    hall.app = replace(hall.app, signer=FakeSigner())
    with pytest.raises(RuleError, match="signé sur papier"):
        sign.sign(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
    with hall.ledger.transaction() as books:
        books.save(replace(flux(hall), on_paper=False))
    with pytest.raises(RuleError, match="attend une signature électronique"):
        sign.sign_on_paper(hall.app, MAIRE, flux(hall).id, Decimal("120.00"))
