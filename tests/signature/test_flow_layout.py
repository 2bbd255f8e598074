"""Positions in a flow, and the canonical form of it, wherever the reads happen to be cut."""

import base64
import hashlib
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from dematfin.errors import SignatureError
from dematfin.signature import layout
from dematfin.signature.canonical import canonical
from dematfin.signature.flow import Flow
from dematfin.signature.layout import survey
from dematfin.support import splice
from dematfin.support.splice import Span
from signature.town import flow

LONG: Final = b"QUJD" * 50
TEXTS: Final = {
    "one line": LONG,
    "lines": LONG[:76] + b"\n" + LONG[:76] + b"\n",
    "lines of Windows": b"\r\n  " + LONG[:76] + b"\r\n" + LONG[:76] + b"\r\r\n=\r",
    "nothing": b"",
    "blanks": b"  \n ",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 1000])
def test_reads_may_be_cut_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, chunk: int) -> None:
    path = tmp_path / "flux.xml"
    content = flow(documents=3).replace(b"QUJD0001", text).replace(b'pdf">QUJD0002', b'p>df">QUJD0002')
    path.write_bytes(content)
    whole = survey(path)
    for module in (layout, splice):
        monkeypatch.setattr(module, "CHUNK", chunk)
    assert survey(path) == whole
    read = [content[span.start : span.end] for span in whole.documents]
    assert read == [one for one in (b"QUJD0000", text, b"QUJD0002") if one]
    assert content[whole.end :].startswith(b"</n:PES_Aller>")
    assert all(content[at:].startswith(b"</Bordereau>") for at in whole.bordereaux)
    form = etree.tostring(etree.fromstring(content), method="c14n", exclusive=True, with_comments=False)
    opened = Flow.read(path)
    assert opened.digest(opened.root) == base64.b64encode(hashlib.sha256(form).digest()).decode()


@pytest.mark.parametrize(
    "text",
    [b"QUJD&#48;", b"QU\xe9D", b"<![CDATA[QUJD]]>", b"QU<![CDATA[JD]]>", b"QU]]>", b"QU<b/>", b"QU&x;", b"QU\x01"],
)
@pytest.mark.parametrize("chunk", [1, 5, 1000])
def test_what_is_not_base64_is_never_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: bytes, chunk: int
) -> None:
    path = tmp_path / "flux.xml"
    path.write_bytes(flow().replace(b"QUJD0001", text))
    monkeypatch.setattr(layout, "CHUNK", chunk)
    with pytest.raises(SignatureError):
        opened = Flow.read(path)
        opened.digest(opened.root)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_positions_are_counted_in_encodings_with_plain_tags_only(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "flux.xml"
    text = flow().decode("iso-8859-1").split("?>", 1)[1].lstrip()
    path.write_bytes(text.encode(encoding))
    with pytest.raises(SignatureError, match="encodage"):
        survey(path, ours=False)


def test_a_signature_is_where_it_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "flux.xml"
    signature = b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><a/></ds:Signature >'
    content = flow().replace(b"</Bordereau>", signature + b"</Bordereau>", 1)
    path.write_bytes(content)
    start = content.index(b"<ds:Signature")
    assert survey(path).signatures == (Span(start, start + len(signature)),)


@pytest.mark.parametrize(
    "signature",
    [
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>',
        b'<ds:Signature a="/>" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"  />',
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"> a="b"/></ds:Signature>',
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><b/></ds:Signature>',
        b'<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"></ds:Signature>',
    ],
)
def test_an_empty_signature_ends_where_it_ends(tmp_path: Path, signature: bytes) -> None:
    path = tmp_path / "flux.xml"
    content = flow().replace(b"</Bordereau>", signature + b"</Bordereau>", 1)
    path.write_bytes(content)
    (span,) = survey(path).signatures
    assert content[span.start : span.end] == signature


def test_a_relative_namespace_has_no_canonical_form_and_is_said_so() -> None:
    with pytest.raises(SignatureError, match="forme canonique"):
        canonical(etree.fromstring('<n:a xmlns:n="0"/>'))
