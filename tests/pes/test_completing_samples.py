"""Each flow of real software that could be found, completed with a document for each mandat."""

import re
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from lxml import etree

from dematfin.errors import InvalidPes
from dematfin.pes.changes import changes
from dematfin.pes.survey import survey
from dematfin.pes.validate import OFFICIAL as NAMES
from official import OFFICIAL, needs_official
from pes.editors import (
    Added,
    added,
    pieces_of,
    references,
    tree,
)

SAMPLES = OFFICIAL / "samples" / "pes"
FLOWS = (
    "minimal_own.xml",
    "parapheur_PESALR1_unsigned.xml",
    "pastell_HELIOS_SIMU_ALR2_1496987735_826268894.xml",
    "pastell_HELIOS_SIMU_ALR2_1514362287_770650402.xml",
    "pastell_HELIOS_SIMU_ALR2_LibelleColBud_avec_accent.xml",
    "pastell_creation_document_pes.xml",
    "pastell_doc_PES_ex.xml",
    "sesile_helios.xml",
)
SIGNED = "stela_test-perime-04-04-2016.xml"


def of_sample(flow: Path) -> Added:
    return added(*(one.key for one in survey(flow).mandats if one.key), nomfic="DEMATFIN-1")


@needs_official
@pytest.mark.parametrize("name", FLOWS)
def test_a_sample_is_completed_and_the_official_schema_says_what_it_said(tmp_path: Path, name: str) -> None:
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd" / "pes" / "v5.17" / NAMES["aller"]))
    flow, target, one = SAMPLES / name, tmp_path / "complet.xml", of_sample(SAMPLES / name)
    one.complete(flow, target)
    assert len(pieces_of(one)) == len(references(tree(flow))) > 0
    assert changes(flow, target, one.completion) == ()
    said = []
    for path in (flow, target):
        schema.validate(tree(path))
        said.append([(error.type_name, error.message) for error in schema.error_log])
    assert said[0] == said[1]
    assert changes(flow, flow, one.completion) != ()


MAY_CHANGE = re.compile(r"<(NomFic|InfoDematerialisee|Bordereau|\?xml)[ >].*", re.DOTALL)
MAY_COME = re.compile(
    r"</?(PJRef|PES_PJ|EnTetePES_PJ|PJ|Contenu)>|<(InfoDematerialisee|Support|IdUnique|NomPJ|TypePJ|Description|IdVer) "
    r"V=\"[^\"]+\"/>"
    r"|<Fichier MIMEType=\"application/pdf\">|[A-Za-z0-9+/=]*|</Fichier>"
)


@needs_official
@pytest.mark.parametrize("name", FLOWS)
def test_the_difference_with_a_sample_is_short_and_all_of_it_may_be(tmp_path: Path, name: str) -> None:
    flow, target = SAMPLES / name, tmp_path / "complet.xml"
    of_sample(flow).complete(flow, target)
    encoding = "utf-8" if b"UTF-8" in flow.read_bytes()[:60] else "iso-8859-1"
    before = re.split("(?<=>)|(?=<)", flow.read_bytes().decode(encoding))
    after = re.split("(?<=>)|(?=<)", target.read_bytes().decode("iso-8859-1"))
    codes = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    assert {kind for kind, *_ in codes} <= {"equal", "insert", "replace"}
    changed = [(before[a:b], after[c:d]) for kind, a, b, c, d in codes if kind == "replace"]
    for old, new in changed:
        assert all(map(MAY_CHANGE.fullmatch, (*old, *new)))
        assert len(old) == len(new)
    added_here = [one for kind, _, _, c, d in codes if kind == "insert" for one in after[c:d]]
    assert [one for one in added_here if not MAY_COME.fullmatch(one)] == []


@needs_official
def test_no_sample_is_forgotten_and_a_signed_one_is_left_alone(tmp_path: Path) -> None:
    found = {path.name for path in SAMPLES.glob("*.xml") if tree(path).tag.endswith("}PES_Aller")}
    assert found == {*FLOWS, SIGNED}
    with pytest.raises(InvalidPes, match="déjà signé"):
        added().complete(SAMPLES / SIGNED, tmp_path / "complet.xml")
    assert list(tmp_path.iterdir()) == []
