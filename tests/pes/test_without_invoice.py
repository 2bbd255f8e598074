"""A mandat that pays no invoice, as Hélios reads it: no number of an invoice, no legal delay, the régie named."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from dematfin.domain.mandat.entry import LARGEST, MandatEntry, Purpose, check, drafted
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.ventilation import Asked
from dematfin.errors import FlowRejected
from dematfin.pes.aller import read_aller
from dematfin.pes.build import Writer
from dematfin.pes.expected import Expected
from dematfin.pes.validate import Schemas
from examples import BUDGETS, COMMUNE, tiers
from official import OFFICIAL, needs_official
from pes.plans import PDF, piece, plan, stored, write

SET = OFFICIAL / "xsd" / "pes" / "v5.17"
DAY = date(2026, 3, 2)
PIECE = piece(1)


@cache
def official() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SET / "PES_V2" / "Rev0" / "PES_Aller.xsd"))


def made(amount: Decimal = Decimal("1500.00"), number: int = 1187, **changes: object) -> Mandat:
    usual: dict[str, object] = {
        "purpose": Purpose.SUBVENTION,
        "budget": "COMMUNE",
        "tiers": "F00231",
        "amount": amount,
        "label": "Subvention 2026, club de judo",
        "base": Asked(nature="65748", fonction="30"),
    }
    entry = check(MandatEntry(**{**usual, **changes}), DAY)  # type: ignore[arg-type]  # a test's shorthand
    draft = drafted(entry, COMMUNE, tiers(), None)
    return replace(draft, id=f"M2026-{number:06d}", exercice=2026, number=number, pieces=(PIECE.id,))


def till(number: int = 1187) -> Mandat:
    return made(number=number, purpose=Purpose.REGIE, label="Régie, mars", regie="R042", paid_on=DAY)


def written(tmp_path: Path, *mandats: Mandat) -> tuple[Writer, Path]:
    flow = tmp_path / "flux.xml"
    return write(plan(*mandats, pieces=(PIECE,)), stored(PDF), flow, SET if SET.is_dir() else None), flow


@needs_official
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    amount=st.integers(1, int(LARGEST * 100)).map(lambda cents: Decimal(cents) / 100),
    percents=st.lists(st.integers(1, 60), max_size=3).filter(lambda found: sum(found) < 100),
)
def test_whatever_the_amount_it_is_accepted_and_read_back_to_the_cent(
    tmp_path: Path, amount: Decimal, percents: list[int]
) -> None:
    few = percents if amount > 1 else []
    lines = (*(Asked(percent=Decimal(one)) for one in few), Asked()) if few else ()
    one = made(amount, lines=lines)
    writer, flow = written(tmp_path, one)
    official().assertValid(etree.parse(flow))
    assert writer.problems(flow, frozenset()) == ()
    ((sheet,), total) = (read_aller(flow).bordereaux, sum(line.amount for line in one.lines))
    assert total == amount
    assert sum(line.amount for line in sheet.mandats[0].lines) == amount


@needs_official
def test_a_regie_names_itself_and_pays_no_account(tmp_path: Path) -> None:
    writer, flow = written(tmp_path, till())
    official().assertValid(etree.parse(flow))
    assert writer.problems(flow, frozenset()) == ()
    root = etree.parse(flow).getroot()
    found = {tag: root.find(f".//{tag}").get("V") for tag in ("TypBord", "TypPce", "NatPce", "IdRegie", "ModRegl")}
    assert found == {"TypBord": "01", "TypPce": "05", "NatPce": "05", "IdRegie": "R042", "ModRegl": "01"}
    assert root.find(".//DteEch").get("V") == "2026-03-02"
    assert [root.find(f".//{tag}") for tag in ("CpteBancaire", "DGP", "Facture", "LibVir2")] == [None] * 4
    assert root.find(".//LibVir1").get("V") == "Régie, mars"


def test_two_without_a_number_are_two_mandats_without_a_remark(tmp_path: Path) -> None:
    flow = tmp_path / "flux.xml"
    both = plan(made(), made(number=1188, label="Loyer"), pieces=(PIECE,))
    writer = write(both, stored(PDF), flow)
    assert writer.build(both, flow) == ()
    assert len(read_aller(flow).bordereaux[0].mandats) == 2


def test_a_combination_that_is_not_listed_is_refused_while_it_is_typed() -> None:
    few = Expected(triplets=frozenset({("01", "01", "01")}))
    writer = Writer(lambda _: BytesIO(PDF), Schemas(expected=few), "1")
    writer.check(made(), BUDGETS[0])
    with pytest.raises(FlowRejected, match=r"01/05/05.*« triplets » dans \[pes\]"):
        writer.check(till(), BUDGETS[0])
