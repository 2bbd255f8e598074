"""Each rule of the entry gate, broken once: a refusal there would come back hours later."""

import re
from pathlib import Path

import pytest

from dematfin.domain.finding import blocking
from dematfin.pes.build import Writer
from pes.plans import documents_of_small_plan, small_plan, write

SIGNATURE = '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="S1"/>'


@pytest.fixture
def flow(tmp_path: Path) -> Path:
    return tmp_path / "flux.xml"


@pytest.fixture
def writer(flow: Path) -> Writer:
    return write(small_plan(), documents_of_small_plan(), flow)


def bend(flow: Path, old: str, new: str) -> None:
    text = flow.read_text("iso-8859-1")
    bent = re.sub(old, new, text, count=1)
    assert bent != text, f"nothing to bend: {old}"
    flow.write_text(bent, "iso-8859-1")


def test_what_we_write_keeps_every_rule(writer: Writer, flow: Path) -> None:
    assert writer.problems(flow, frozenset()) == ()


@pytest.mark.parametrize(
    ("code", "old", "new"),
    [
        ("PES-PROLOGUE", "ISO-8859-1", "utf-8"),
        ("PES-NOMFIC", 'NomFic V="PESALR1_', 'NomFic V="PÉSALR1_'),
        ("PES-IDCOLL", 'IdColl V="21990042000015"', 'IdColl V="21990042000016"'),
        ("PES-NBRPCE", 'NbrPce V="2"', 'NbrPce V="3"'),
        ("PES-CUMUL", r'<MtCumulAnnuel V="[^"]*"/>', ""),
        ("PES-TOTAL", r'MtBordHT V="[^"]*"', 'MtBordHT V="3365.69"'),
        ("PES-TOTAL", r'MtHT V="120.00"', 'MtHT V="119.99"'),
        ("PES-DOUBLON-PIECE", 'IdPce V="1188"', 'IdPce V="1187"'),
        ("PES-TRIPLET", 'NatPce V="01"', 'NatPce V="11"'),
        ("PES-SANS-PJ", "<PJRef>.*?</PJRef>", ""),
        ("PES-COMPTE", "<CpteBancaire>.*?</CpteBancaire>", ""),
        ("PES-COMPTE", 'ModRegl V="03"', 'ModRegl V="01"'),
        ("PES-IBAN", "FR7619999000170009876543276", "FR7619999000170009876543277"),
        ("PES-SIRET", 'IdTiers V="91098765000017"', 'IdTiers V="91098765000018"'),
        ("PES-CP", 'CP V="99000"', 'CP V="990"'),
        ("PES-CIVILITE", 'CatTiers V="[0-9]{2}"', 'CatTiers V="01"'),
        ("PES-DOUBLON-PJ", "00000002(?=.*</PES_PJ>)(?!.*PJRef)", "00000001"),
        ("PES-PJ-ORPHELINE", '<IdUnique V="219900420000152026DEPENSE00000001"', '<IdUnique V="AUTRE"'),
        ("PES-PJ-ABIMEE", r"(<Fichier[^>]*>).{8}", r"\1QUJDQUJD"),
        ("PES-PJ-ABIMEE", r"(<Fichier[^>]*>)", r"\1é"),
        ("PES-PJ-ABIMEE", r"(<Fichier[^>]*>[^<]{40})[^<]*", r"\1"),
        ("PES-PJ-VIDE", r"(<Fichier[^>]*>)[^<]*", r"\1H4sIAAAAAAAAAwMAAAAAAAAAAAA="),
        ("PES-DEMAT", '<InfoDematerialisee V="1"/>(.*?)</Bordereau>', rf"\1{SIGNATURE}</Bordereau>"),
        ("PES-ID", r'<Bordereau Id="[^"]*"', "<Bordereau"),
        ("PES-XSD", "<IdPce V=", "<IdPiece V="),
        ("PES-XSD", 'IdBord V="42"', 'IdBord V="quarante"'),
        ("PES-XML", "</PES_PJ>", ""),
        ("PES-XML", r"\?>", "?><!DOCTYPE x>"),
    ],
)
def test_each_broken_rule_stops_the_flow(writer: Writer, flow: Path, code: str, old: str, new: str) -> None:
    bend(flow, old, new)
    found = writer.problems(flow, frozenset())
    assert code in {finding.code for finding in found}
    assert blocking(found)


def test_what_a_schema_refuses_is_said_where_it_is(writer: Writer, flow: Path) -> None:
    bend(flow, 'IdBord V="42"', 'IdBord V="quarante"')
    (finding, *_) = writer.problems(flow, frozenset())
    assert "IdBord" in finding.sentence
    assert "quarante" in finding.sentence


def test_the_sentence_names_the_mandat(writer: Writer, flow: Path) -> None:
    bend(flow, "<CpteBancaire>.*?</CpteBancaire>", "")
    assert "Mandat n° 1187" in writer.problems(flow, frozenset())[0].sentence
