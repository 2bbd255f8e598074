"""The entry gate judges each bordereau and document of the flow really received, and says so in a valid acquit."""

import base64
import gzip
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from dematfin.domain.mandat.answers import AckElement, Acquit
from dematfin.errors import SignatureError
from official import OFFICIAL, needs_official
from signature.town import SIGNATURE, Town, found_town
from tdt.flows import COMMUNE, Line, Mandat, Sheet, document, flow
from tdt.office import CCAS, Office

PACKED = base64.b64encode(gzip.compress(b"%PDF-1.4 TEST" * 100))
Content = dict[str, Any]


@pytest.fixture(scope="module")
def mairie(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return found_town(tmp_path_factory.mktemp("mairie"))


@pytest.fixture
def office(tmp_path: Path, mairie: Town) -> Iterator[Office]:
    opened = Office.open(tmp_path, mairie)
    yield opened
    opened.close()


def said(acquit: Acquit) -> list[tuple[int, bool | None, str]]:
    """Domain, verdict and first reason of each element."""
    return [(one.domain, one.accepted, one.anomalies[0].code if one.anomalies else "") for one in acquit.elements]


def refused(acquit: Acquit) -> list[AckElement]:
    return [one for one in acquit.elements if not one.accepted]


@needs_official
def test_the_flows_of_these_tests_are_those_of_the_schemas(office: Office) -> None:
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd/pes/v5.17/PES_V2/Rev0/PES_Aller.xsd"))
    two = Mandat(lines=(Line(), Line(number=2, ht="50.00", tva="10.00")), references=("PJ1", "PJ2"))
    path = office.write(sheets=(Sheet(mandats=(two, Mandat(number=102))),), documents=("PJ1", "PJ2"))
    schema.assertValid(etree.parse(path))


def test_a_good_flow_is_accepted_part_by_part(office: Office) -> None:
    sheets = (Sheet(number=12), Sheet(number=13, mandats=(Mandat(number=102, references=("PJ2",)),)))
    acquit = office.receive(nomfic="PESALR1_TEST_7", sheets=sheets, documents=("PJ1", "PJ2"))
    assert (acquit.nomfic, acquit.cod_col, acquit.remarks) == ("PESALR1_TEST_7", "142", ())
    assert all(one.accepted for one in acquit.elements)
    assert [one.piece_id for one in acquit.elements if one.domain == 4] == ["PJ1", "PJ2"]
    assert [one.bordereau for one in acquit.elements if one.domain == 5] == [(2026, 12), (2026, 13)]


THE_WHOLE: dict[str, tuple[Content, int, str]] = {
    "unknown budget": ({"budget": (COMMUNE, "099042", "142", "01")}, 99, "ERREUR_CODE_COLLECTIVITE_BUDGET"),
    "unknown office": ({"budget": (COMMUNE, "099043", "142", "00")}, 99, "ERREUR_CODE_COLLECTIVITE_BUDGET"),
    "signed, said not to be": ({"declared": "0"}, 99, "ERREUR_PES_PARAM_SIGNATURE"),
    "said signed, is not": ({"sign": False}, 99, "ERREUR_PES_PARAM_SIGNATURE"),
    "no figure": ({"sheets": (Sheet(changes=(("NbrPce", "deux"),)),)}, 0, "ERREUR_SCHEMA_INCOMPLET"),
    "no amount": ({"sheets": (Sheet(changes=(("MtBordHT", "1e3"),)),)}, 0, "ERREUR_SCHEMA_INCOMPLET"),
    "nothing": ({"sheets": (), "documents": (), "sign": False}, 0, "ERREUR_FLUX_VIDE"),
}


@pytest.mark.parametrize(("content", "domain", "code"), THE_WHOLE.values(), ids=THE_WHOLE.keys())
def test_a_fault_of_the_whole_refuses_the_whole(office: Office, content: Content, domain: int, code: str) -> None:
    acquit = office.receive(**content)
    assert said(acquit) == [(domain, False, code)]
    assert said(office.receive()) == [(4, True, ""), (5, True, "")]  # nothing was integrated


def test_bordereaux_signed_on_paper_are_taken(office: Office) -> None:
    assert said(office.receive(declared="0", sign=False)) == [(4, True, ""), (5, True, "")]


ONE_SHEET: dict[str, tuple[Sheet, str, int, int]] = {
    "wrong count": (Sheet(changes=(("NbrPce", "2"),)), "ERREUR_CUMUL_MONTANTS", 0, 0),
    "wrong sum": (Sheet(changes=(("MtBordHT", "99.99"),)), "ERREUR_CUMUL_MONTANTS", 0, 0),
    "no cumul": (Sheet(cumul=""), "ERREUR_AUTRE", 0, 0),
    "cumul of nothing": (Sheet(cumul="0.00"), "ERREUR_AUTRE", 0, 0),
    "unknown PJ": (Sheet(mandats=(Mandat(references=("PJ9",)),)), "ERREUR_PJ", 101, 0),
    "refused fonction": (Sheet(mandats=(Mandat(lines=(Line(number=3, fonction="999"),)),)), "ERREUR_AUTRE", 101, 3),
}


@pytest.mark.parametrize(("sheet", "code", "piece", "line"), ONE_SHEET.values(), ids=ONE_SHEET.keys())
def test_a_fault_of_a_bordereau_refuses_it_alone(
    office: Office, sheet: Sheet, code: str, piece: int, line: int
) -> None:
    other = Sheet(number=13, mandats=(Mandat(number=102),))
    acquit = office.receive(sheets=(sheet, other))
    (element,) = refused(acquit)
    assert (element.domain, element.bordereau) == (5, (2026, 12))
    assert [(one.code, one.piece, one.line) for one in element.anomalies] == [(code, piece, line)]
    assert said(acquit)[0] == (4, True, "")  # the documents are taken whatever becomes of the bordereau
    again = office.receive(documents=())
    assert said(again) == [(5, True, "")]  # it comes back with its numbers, its documents by reference


DOCUMENTS = {
    "not packed": document("PJ1", base64.b64encode(b"%PDF-1.4")),
    "cut": document("PJ1", base64.b64encode(gzip.compress(b"%PDF-1.4 TEST" * 100)[:-12])),
    "no base64": document("PJ1", b"%PDF-1.4 ==="),
    "empty": document("PJ1", base64.b64encode(gzip.compress(b""))),
    "nothing": document("PJ1", b""),
}


@pytest.mark.parametrize("bad", DOCUMENTS.values(), ids=DOCUMENTS.keys())
def test_a_document_that_cannot_be_opened_is_not_taken(office: Office, bad: str) -> None:
    acquit = office.receive(documents=(bad, "PJ2"), sheets=(Sheet(mandats=(Mandat(references=("PJ1", "PJ2")),)),))
    assert [(one.domain, one.piece_id, one.anomalies[0].code) for one in refused(acquit)] == [
        (4, "PJ1", "ERREUR_PJ"),
        (5, "", "ERREUR_PJ"),
    ]


def test_a_document_folded_on_several_lines_is_good(office: Office) -> None:
    folded = document("PJ1", base64.encodebytes(gzip.compress(b"%PDF-1.4 TEST" * 100)))
    assert said(office.receive(documents=(folded,))) == [(4, True, ""), (5, True, "")]


def test_what_is_already_there_is_refused_by_its_name(office: Office) -> None:
    office.receive()
    acquit = office.receive()
    assert [one.code for element in refused(acquit) for one in element.anomalies] == [
        "ERREUR_DOUBLON_PJ",
        "ERREUR_DOUBLON_BORDEREAU",
        "ERREUR_DOUBLON_PIECE",
    ]
    (known, *_) = refused(acquit)
    assert known.anomalies[0].text.startswith("1984 - ")


def test_another_budget_has_its_own_numbers(office: Office) -> None:
    office.receive()
    acquit = office.receive(budget=(CCAS, "099042", "143", "00"), documents=())
    assert said(acquit) == [(5, True, "")]


def test_the_same_flow_gets_the_same_answer_whatever_happened_in_between(office: Office, tmp_path: Path) -> None:
    """A TdT that is killed while it waits for an acquit asks again: what was integrated was, once."""
    path = office.write()
    first = office.gate.acquit(path)
    office.close()
    reopened = Office.open(tmp_path, office.town)
    assert reopened.gate.acquit(path) == first
    assert len(reopened.speak()[0].pieces) == 1
    reopened.close()


def by_a_stranger(office: Office) -> Path:
    town = found_town(office.folder)
    return town.sign(office.write(sign=False))


def tampered(office: Office) -> Path:
    path = office.write()
    path.write_bytes(path.read_bytes().replace(b"FR7619999000170009876543276", b"FR7619999000170009876543277"))
    return path


def moved(office: Office) -> Path:
    """Put the signature of a good bordereau under another one."""
    path = office.write(sheets=(Sheet(number=12), Sheet(number=13)))
    text = path.read_bytes()
    first, second = SIGNATURE.findall(text)
    path.write_bytes(text.replace(second, first))
    return path


def unreadable(office: Office) -> Path:
    path = office.write()
    text = path.read_bytes()
    start = text.index(b"<ds:X509Certificate>") + 20
    path.write_bytes(text[:start] + b"AAAA" + text[start + 4 :])
    return path


SIGNATURES: dict[str, tuple[Callable[[Office], Path], str]] = {
    "tampered": (tampered, "ERREUR_SIGNATURE_BORDEREAU_INVALIDE"),
    "moved": (moved, "ERREUR_SIGNATURE_BORDEREAU_INVALIDE"),
    "unreadable": (unreadable, "ERREUR_SIGNATURE_BORDEREAU_ILLISIBLE"),
    "stranger": (by_a_stranger, "ERREUR_CERTIFICAT"),
}


@pytest.mark.parametrize(("write", "code"), SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_signature_that_does_not_hold_refuses_its_bordereau(
    office: Office, write: Callable[[Office], Path], code: str
) -> None:
    elements = refused(office.answer(write(office)))
    assert {(one.domain, one.anomalies[0].code) for one in elements} == {(3, code)}
    assert (2026, 13 if write is moved else 12) in {one.bordereau for one in elements}


def test_a_signature_says_nothing_of_another_bordereau_than_its_own(office: Office) -> None:
    """Taken out of the first bordereau and put under the second, it still holds, for the first."""
    path = office.write(sheets=(Sheet(number=12), Sheet(number=13)))
    text = path.read_bytes()
    first, second = SIGNATURE.findall(text)
    path.write_bytes(text.replace(first, b"").replace(second, first))
    assert said(office.answer(path))[1:] == [
        (3, False, "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE"),
        (3, False, "ERREUR_SIGNATURE_BORDEREAU_INVALIDE"),
    ]


def test_a_bordereau_without_a_signature_beside_one_that_has_it(office: Office) -> None:
    path = office.write()
    bare = Sheet(number=13, mandats=(Mandat(number=102),)).written().encode("iso-8859-1")
    path.write_bytes(path.read_bytes().replace(b"</PES_DepenseAller>", bare + b"</PES_DepenseAller>"))
    assert said(office.answer(path)) == [
        (4, True, ""),
        (5, True, ""),
        (3, False, "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE"),
    ]


@needs_official
def test_every_answer_is_valid(office: Office) -> None:
    schema = etree.XMLSchema(file=str(OFFICIAL / "xsd/pes/v5.17/PES_V2/Rev0/PES_V2_Acquit_Autonome_V2.xsd"))
    contents: list[Content] = [{}, *(content for content, _, _ in THE_WHOLE.values())]
    contents += [{"sheets": (sheet,)} for sheet, *_ in ONE_SHEET.values()]
    contents += [{"documents": (bad,)} for bad in DOCUMENTS.values()]
    answers = [office.gate.acquit(office.write(**content)) for content in contents]
    answers += [office.gate.acquit(write(office)) for write, _ in SIGNATURES.values()]
    for answer in answers:
        schema.assertValid(etree.fromstring(answer))
    assert len(set(answers)) == len(contents) + len(SIGNATURES)


HOSTILE = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"], exclude_characters='<>&"'), max_size=12)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(["Exer", "IdBord", "NbrPce", "MtCumulAnnuel", "MtBordHT", "IdPce", "MtHT", "IdUnique", "Id"]),
    value=st.one_of(HOSTILE, st.sampled_from(["NaN", "-1", "1e999", "١٢", "0" * 40, "']", "9" * 5000])),
    nomfic=st.uuids().map(lambda key: f"PESALR1_{key}"),
)
def test_no_flow_stops_the_gate(office: Office, name: str, value: str, nomfic: str) -> None:
    text = flow(nomfic).decode("iso-8859-1")
    tag = '<Bordereau Id="B12"' if name == "Id" else f'<{name} V="'
    new = f'<Bordereau Id="{value}"' if name == "Id" else f'<{name} V="{value}'
    path = office.folder / "hostile.xml"
    path.write_bytes(text.replace(tag, new, 1).encode("iso-8859-1", "xmlcharrefreplace"))
    with suppress(SignatureError):
        path = office.town.sign(path)
    assert office.answer(path).nomfic == nomfic
