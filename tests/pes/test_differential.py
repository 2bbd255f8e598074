"""Our schema of a flow and the DGFiP's judge alike: 500 bent flows here, all of them by `make campagne`."""

import random
from typing import Any

import pytest
from lxml import etree

from official import needs_official
from pes.campagne import differences, schemas, why
from pes.mutations import SEEDS, made, plans

pytestmark = needs_official
SEED = 20260320


@pytest.fixture(scope="module")
def pair() -> tuple[Any, Any]:
    return schemas()


def test_the_flows_that_are_bent_are_valid_for_both(pair: tuple[Any, Any]) -> None:
    for name, root in SEEDS.items():
        for schema in pair:
            assert schema.validate(etree.ElementTree(root)), (name, schema.error_log)


def test_five_hundred_bent_flows_are_judged_alike_or_for_a_reason_that_is_known(pair: tuple[Any, Any]) -> None:
    listed = plans()
    without = [plan for plan in listed if plan[2] == "retiré"]  # each element in turn, then whatever comes
    drawn = without + random.Random(SEED).sample(listed, 500 - len(without))
    count, refused, found = differences(map(made, drawn), pair)
    assert count == 500
    assert 150 < refused < 450, "bent flows must be of both sorts"
    assert [mutant.name for mutant, _ in found if not why(mutant)] == []


def test_the_campaign_is_large_and_bends_every_element() -> None:
    listed = plans()
    assert len(listed) >= 5_000
    for seed, root in SEEDS.items():
        assert {place for name, place, *_ in listed if name == seed} == set(range(sum(1 for _ in root.iter())))


def test_a_schema_that_forgets_a_rule_is_found_out(pair: tuple[Any, Any]) -> None:
    """Else nothing proves that the comparison compares."""
    anything = etree.XMLSchema(
        etree.fromstring(
            '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"'
            ' targetNamespace="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller">'
            '<xs:element name="PES_Aller"/></xs:schema>'
        )
    )
    drawn = random.Random(SEED).sample(plans(), 50)
    found = differences(map(made, drawn), (anything, pair[1]))[2]
    assert [mutant for mutant, _ in found if not why(mutant)]
