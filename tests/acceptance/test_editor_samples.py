"""Every collected flow of a finance software: what has it refused as it is, and that its least repair is enough."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from lxml import etree

from acceptance.samples import SAMPLES, Sample, every_flow, says
from dematfin.domain.finding import blocking
from dematfin.pes.reader import Reader
from dematfin.pes.validate import Schemas
from dematfin.sandbox import pki
from dematfin.sandbox.iparapheur.signing import sign
from official import OFFICIAL, needs_official, needs_xmlsec1
from signature.town import Town, codes, found_town
from tdt.office import Office as Helios
from xmlsec import verified

READER = Reader(Schemas(OFFICIAL / "xsd" / "pes" / "v5.17"))
EXPIRED = "stela_test-perime-04-04-2016.xml"
pytestmark = needs_official
each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda one: one.name)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("ville"))


def expired() -> Sample:
    (found,) = (one for one in SAMPLES if one.name == EXPIRED)
    return found


def test_no_flow_of_the_folder_is_forgotten() -> None:
    assert sorted(one.name for one in SAMPLES) == list(every_flow())


@each_sample
def test_what_helios_would_refuse_is_refused_and_named_and_nothing_else(sample: Sample, tmp_path: Path) -> None:
    found = blocking(READER.judge(sample.written(tmp_path, sample.as_it_is()), frozenset()))
    assert tuple(one.code for one in found) == sample.refused
    sentences = " ".join(one.sentence for one in found)
    assert [word for word in sample.words if word not in sentences] == []


@each_sample
def test_its_least_repair_is_enough_and_each_part_of_it_is_needed(sample: Sample, tmp_path: Path) -> None:
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd/pes/v5.17/PES_V2/Rev0/PES_Aller.xsd"))
    path = sample.written(tmp_path, sample.repaired())
    schema.assertValid(etree.parse(path))
    assert blocking(READER.judge(path, frozenset())) == ()
    for one in sample.repairs:
        less = replace(sample, repairs=tuple(other for other in sample.repairs if other is not one))
        if less.repaired() != less.as_it_is() and one.__name__ != "unsigned":
            assert blocking(READER.judge(sample.written(tmp_path, less.repaired()), frozenset()))


def test_an_expired_certificate_is_said_in_words(tmp_path: Path, town: Town) -> None:
    report = town.examine(expired().written(tmp_path, expired().as_it_is()))
    assert report.signatures == ()
    sentences = " ".join(one.sentence for one in report.findings)
    assert "certificat" in sentences
    assert "2016" in sentences


@needs_xmlsec1
def test_signed_again_by_whom_it_should_it_is_good_and_helios_takes_it(tmp_path: Path, town: Town) -> None:
    helios = Helios.open(tmp_path, town)
    data = known_to(helios, expired().repaired())
    path = expired().written(tmp_path, sign(data, town.mayor, town.now))
    assert "SIG-CERTIFICAT" not in codes(town.examine(path))
    assert len(town.examine(path).signatures) == 1
    assert verified(path, town) == (True,)
    assert all(one.accepted for one in helios.answer(path).elements)
    helios.close()


def test_signed_again_by_one_who_may_no_longer_it_is_refused(tmp_path: Path, town: Town) -> None:
    former = pki.make(replace(pki.MAYOR, starts=timedelta(days=-400), lasts=timedelta(days=30)), town.ac)
    path = expired().written(tmp_path, sign(expired().repaired(), former, town.now))
    assert town.examine(path).signatures == ()


def known_to(helios: Helios, flow: bytes) -> bytes:
    """Address a flow to a budget that Hélios knows."""
    budget = helios.gate.world.budgets[1]
    facts = {
        "IdColl": budget.siret,
        "IdPost": budget.poste,
        "CodCol": budget.code_collectivite,
        "CodBud": budget.code_budget,
    }
    for name, value in facts.items():
        flow = says(name, value)(flow)
    return flow
