"""A flow without its documents: nothing else is lost, nothing is hidden, nothing weighs."""

import base64
import gzip
import tracemalloc
from pathlib import Path

import pytest
from lxml import etree

from dematfin.errors import DocumentError, InvalidPes, TooLarge
from dematfin.pes import contents, light
from dematfin.pes.contents import inflated, measured, seen
from dematfin.pes.light import read_light
from dematfin.support.splice import Span
from pes.plans import PDF

PROLOG = b'<?xml version="1.0" encoding="ISO-8859-1"?>\n'


def packed(data: bytes) -> bytes:
    return base64.b64encode(gzip.compress(data, 1, mtime=0))


def flow(tmp_path: Path, inside: bytes, prolog: bytes = PROLOG) -> Path:
    path = tmp_path / "flux.xml"
    path.write_bytes(prolog + b'<PES_Aller Id="A">' + inside + b"</PES_Aller>")
    return path


def document(text: bytes, tag: bytes = b'<Fichier MIMEType="application/pdf">') -> bytes:
    return b"<PJ>" + tag + text + b'</Fichier><IdUnique V="1"/></PJ>'


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 1024])
def test_documents_are_left_out_wherever_the_blocks_are_cut(
    tmp_path: Path, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(light, "CHUNK", chunk)
    texts = [b"QUJD", b"", b"QUJDREVG" * 9, b"QQ=="]
    path = flow(
        tmp_path, b'<Obj V="&lt;Fichier>"/>' + b"".join(map(document, texts)) + b"<PJ><Fichier MIMEType='a'/></PJ>"
    )
    found = read_light(path)
    data = path.read_bytes()
    assert [data[one.start : one.end] for one in found.documents] == [*texts, b""]
    assert [tag.text for tag, _ in found.contents()] == ["AAAA", None, "AAAA", "AAAA", None]
    assert found.root.find("Obj").get("V") == "<Fichier>"
    whole = etree.parse(path)
    assert [one.tag for one in found.root.iter()] == [one.tag for one in whole.iter()]


def test_a_tag_cut_by_the_attribute_values_that_xml_allows(tmp_path: Path) -> None:
    path = flow(tmp_path, document(b"QUJD", b"""<Fichier  MIMEType='a>"b'\n >"""))
    assert [span.end - span.start for span in read_light(path).documents] == [4]


@pytest.mark.parametrize(
    "inside",
    [
        b"<!-- " + document(b"QUJD") + b" -->",
        b"<Obj><![CDATA[" + document(b"QUJD") + b"]]></Obj>",
        b"<?pi " + document(b"QUJD") + b" ?>",
    ],
)
def test_documents_are_not_hidden(tmp_path: Path, inside: bytes) -> None:
    with pytest.raises(InvalidPes, match="cachées"):
        read_light(flow(tmp_path, inside))


@pytest.mark.parametrize("inside", [b"<!-- a -->", b"<Obj><![CDATA[a]]></Obj>", b"<?pi a?>"])
def test_remarks_are_noticed(tmp_path: Path, inside: bytes) -> None:
    assert read_light(flow(tmp_path, inside)).remarks
    assert not read_light(flow(tmp_path, b"<Obj/>")).remarks


@pytest.mark.parametrize("encoding", ["UTF-16", "UTF-7", "EBCDIC-US", "utf-32"])
def test_an_encoding_where_tags_are_other_bytes_is_refused(tmp_path: Path, encoding: str) -> None:
    with pytest.raises(InvalidPes, match="encodage"):
        read_light(flow(tmp_path, b"", f'<?xml version="1.0" encoding="{encoding}"?>'.encode()))


def test_a_flow_in_utf_16_without_a_word_is_no_flow(tmp_path: Path) -> None:
    path = tmp_path / "flux.xml"
    path.write_bytes('<PES_Aller><PJ><Fichier MIMEType="a">QUJD</Fichier></PJ></PES_Aller>'.encode("utf-16"))
    with pytest.raises(InvalidPes, match="utf-16"):
        read_light(path)


def test_a_doctype_or_a_file_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DocumentError, match="DOCTYPE"):
        read_light(flow(tmp_path, b"", b"<!DOCTYPE a>"))
    monkeypatch.setattr(light, "LARGEST", 10)
    with pytest.raises(TooLarge):
        read_light(flow(tmp_path, b""))


def only(path: Path) -> Span:
    (span,) = read_light(path).documents
    return span


@pytest.mark.parametrize("size", [1, 3, 100, contents.BLOCK, contents.BLOCK + 1, 3 * contents.BLOCK])
@pytest.mark.parametrize("byte", [b"\0", b"\x93\x01\x7f\xfe"])
def test_a_document_comes_out_as_it_went_in(tmp_path: Path, size: int, byte: bytes) -> None:
    data = (byte * size)[:size]
    path = flow(tmp_path, document(packed(data)))
    assert b"".join(inflated(path, only(path), "pièce")) == data
    assert measured(path, only(path), "pièce")[0] == size


def test_base64_may_be_wrapped(tmp_path: Path) -> None:
    wrapped = b"\r\n".join(packed(PDF)[at : at + 7] for at in range(0, 1000, 7))
    path = flow(tmp_path, document(b"\n  " + wrapped + b"\n"))
    assert b"".join(inflated(path, only(path), "pièce")) == PDF


BAD = {
    "no base64": b"@@@@",
    "no gzip": b"QUJDQUJD",
    "an accent": b"\xe9" + packed(PDF),
    "no padding": packed(PDF).rstrip(b"=") + b"A",
    "padding inside": packed(PDF)[:4] + b"QQ==" + packed(PDF)[4:],
    "truncated": base64.b64encode(gzip.compress(PDF)[:-5]),
    "wrong sum": base64.b64encode(gzip.compress(PDF)[:-8] + bytes(8)),
    "two of them": base64.b64encode(gzip.compress(PDF) + gzip.compress(PDF)),
    "a tail": base64.b64encode(gzip.compress(PDF) + b"reste"),
    "an entity": packed(PDF) + b"&amp;",
}


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_a_damaged_document_is_told(tmp_path: Path, text: bytes) -> None:
    path = flow(tmp_path, document(text))
    with pytest.raises(InvalidPes, match="pièce est abîmé"):
        seen(path, only(path), "pièce")


def test_a_bomb_is_told_and_never_stands_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contents, "LARGEST", 20_000_000)
    path = flow(tmp_path, document(packed(bytes(60_000_000))))
    span = only(path)
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            seen(path, span, "pièce")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000


def test_a_heavy_document_is_read_by_blocks(tmp_path: Path) -> None:
    data = bytes(range(256)) * 80_000
    path = flow(tmp_path, document(base64.b64encode(gzip.compress(data, 0))))
    tracemalloc.start()
    try:
        assert seen(path, only(path), "pièce").size == len(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 5_000_000
