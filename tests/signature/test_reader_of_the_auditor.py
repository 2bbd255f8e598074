"""The auditor's reader of flows, standard library only: its canonical forms are those of lxml, to the byte."""

import base64
import gzip
import hashlib
import importlib.util
import random
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

import auditor
from dematfin.support.xml import parser
from official import OFFICIAL, needs_official

GOLDEN = sorted((auditor.ROOT.parent / "fixtures" / "pes").glob("*.xml"))
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
INFO = "{http://www.w3.org/2000/09/xmldsig#}SignedInfo"
TRAPS = {
    "prefixes": '<n:a xmlns:n="u:1" xmlns:m="u:1" xmlns="u:2"><PES_DepenseAller xmlns="">'
    '<Bordereau Id="B" m:x="1" n:w="2"><b xmlns="u:3"/><m:c/><n:c xmlns:n="u:9" n:z="1" a="2"/></Bordereau>'
    "</PES_DepenseAller></n:a>",
    "default taken back": '<a xmlns="u:1"><PES_DepenseAller xmlns=""><Bordereau Id="B"><c xmlns="u:1"><d xmlns=""/></c>'
    "</Bordereau></PES_DepenseAller></a>",
    "signs": '<a><PES_DepenseAller><Bordereau Id="&lt;&#9;&#10;&#13;&quot;&amp;&gt;\'">&lt;&gt;&amp;&#13;"'
    "<![CDATA[<&]]><!-- no --><?p  q ?><?r?> é€</Bordereau></PES_DepenseAller></a>",
    "xml:": '<a xml:lang="fr"><PES_DepenseAller><Bordereau Id="B" xml:space="preserve" b="1" a="2"> </Bordereau>'
    "</PES_DepenseAller></a>",
}


def load(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, auditor.ROOT / "verification" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


READER, SIGNATURES = load("lire_pes"), load("signature_pes")


class Reading(READER.Flow):  # type: ignore[misc, name-defined] # its module has no types
    """Remembers each canonical form that has ended, in the order of their ends."""

    def __init__(self, path: Path) -> None:
        self.ended: list[str] = []
        super().__init__(path)

    def end(self, name: str) -> None:
        depth, ending = len(self.open), [one for one in self.canons if one.depth == len(self.open)]
        super().end(name)
        assert all(one.depth == depth for one in ending)
        self.ended += [one.hash.hexdigest() for one in ending]


def expected(path: Path) -> Iterator[str]:
    """Yield what lxml makes of the same elements."""
    root = etree.parse(path, parser()).getroot()
    for _, one in etree.iterwalk(root, events=("end",)):
        domain = one.getparent()
        sheet = one.tag == "Bordereau" and domain.getparent() is root and domain.tag in READER.DOMAINS
        if one is root or sheet or one.tag == INFO or str(one.tag).endswith("}SignedProperties"):
            yield hashlib.sha256(without_signature(one)).hexdigest()


def without_signature(element: Any) -> bytes:
    """Return the exclusive canonical form of an element where it stands, its own signature taken out for a moment."""
    signatures = element.findall(SIGNATURE)
    for one in signatures:
        assert not one.tail
        element.remove(one)
    form: bytes = etree.tostring(element, method="c14n", exclusive=True, with_comments=False, with_tail=False)
    element.extend(signatures)
    return form


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_flows_have_the_canonical_form_of_lxml(path: Path) -> None:
    found = Reading(path).ended
    assert found == list(expected(path))
    assert len(found) == 1 + path.read_bytes().count(b"</Bordereau>")


@needs_official
def test_real_flows_have_it_too_signed_or_not() -> None:
    samples = sorted((OFFICIAL / "samples" / "pes").glob("*.xml"))
    read = {path.name: Reading(path) for path in samples}
    assert {path.name: read[path.name].ended for path in samples} == {
        path.name: list(expected(path)) for path in samples
    }
    assert [name for name, one in read.items() if one.signatures] == ["stela_test-perime-04-04-2016.xml"]


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-15"])
def test_what_makes_canonical_forms_hard_is_done_alike(tmp_path: Path, trap: str, encoding: str) -> None:
    path = tmp_path / "flux.xml"
    path.write_bytes(f'<?xml version="1.0" encoding="{encoding}"?>\r\n{TRAPS[trap]}\r\n'.encode(encoding))
    found = Reading(path).ended
    assert found == list(expected(path))
    assert len(found) == 2


def one_document(path: Path, content: bytes, *, times: int = 1) -> Any:
    held = b"<PJ><Contenu><Fichier>" + base64.encodebytes(content) + b'</Fichier></Contenu><IdUnique V="P1"/></PJ>'
    path.write_bytes(b"<PES_Aller><PES_PJ>" + held * times + b"</PES_PJ></PES_Aller>")
    return READER.Flow(path)


@pytest.mark.parametrize(
    "more", [gzip.compress(b"autre", mtime=0), b"autre chose", b"\0"], ids=["member", "words", "nothing"]
)
def test_a_document_with_something_after_it_is_refused(tmp_path: Path, more: bytes) -> None:
    content = gzip.compress(b"facture")
    alone = one_document(tmp_path / "flux.xml", content)
    assert (alone.wrong, alone.pieces) == ([], {"P1": hashlib.sha256(b"facture").hexdigest()})
    for kept in (content + more, content + bytes(100_000) + more):
        flow = one_document(tmp_path / "flux.xml", kept)
        assert flow.wrong == ["la pièce jointe P1 contient autre chose après son fichier"]
        assert flow.pieces == {"P1": "illisible"}


def test_an_identifier_of_documents_that_comes_twice_is_refused(tmp_path: Path) -> None:
    flow = one_document(tmp_path / "flux.xml", gzip.compress(b"facture"), times=2)
    assert flow.wrong == ["la pièce jointe P1 est donnée deux fois"]


@pytest.mark.parametrize(
    ("told", "second"),
    [
        ("2026-03-12T09:41:07", 0),
        ("2026-03-12T09:41:07Z", 0),
        ("2026-03-12T09:41:07.5Z", 0),
        ("2026-03-12T10:41:07.123456789+01:00", 0),
        ("2026-03-12T10:41:08.1234567", 3601),
    ],
)
def test_a_date_of_signature_is_read_in_each_of_its_forms(
    told: str, second: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Cayenne")
    time.tzset()
    try:
        assert SIGNATURES.seconds(told) == 1773308467 + second
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_flow_is_known_by_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "note.txt"
    for data, good in ((b"<n:PES_Aller xmlns:n='u'><a>", True), (b"<PES_ACQUIT/>", False), (b"%PDF-1.7", False)):
        path.write_bytes(data)
        assert READER.is_flow(path) is good


def test_a_large_document_is_read_without_being_held(tmp_path: Path) -> None:
    content = random.Random(7).randbytes(6_000_000)
    path = tmp_path / "flux.xml"
    with path.open("wb") as sink:
        sink.write(b"<PES_Aller><PES_PJ><PJ><Contenu><Fichier>")
        sink.write(base64.encodebytes(gzip.compress(content, 1)))
        sink.write(b'</Fichier></Contenu><IdUnique V="P1"/></PJ></PES_PJ></PES_Aller>')
    tracemalloc.start()
    flow = READER.Flow(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert flow.pieces == {"P1": hashlib.sha256(content).hexdigest()}
    assert most < 6_000_000
