"""XML from outside: nothing is fetched, nothing is expanded, nothing is larger than allowed."""

from pathlib import Path

import pytest

from dematfin.errors import DocumentError, TooLarge, UnreadableXml
from dematfin.support.xml import check_bytes, parse_bytes, parse_file

BOMB = b'<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>&c;</a>'


@pytest.mark.parametrize(
    "data",
    [
        BOMB,
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>',
        b"<!DOCTYPE a><a/>",
        b"<a>",
        b"",
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="inconnu"?><a/>',
    ],
)
def test_what_is_unsafe_or_no_xml_is_refused_by_name(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UnreadableXml, match="Le fichier X"):
        parse_bytes(data, "Le fichier X")
    path = tmp_path / "x.xml"
    path.write_bytes(data)
    with pytest.raises(UnreadableXml, match="Le fichier X"):
        parse_file(path, "Le fichier X")


def test_a_limit_is_checked_before_the_parse(tmp_path: Path) -> None:
    with pytest.raises(TooLarge, match="Le fichier X"):
        parse_bytes(b"<a>" * 100, "Le fichier X", limit=10)
    path = tmp_path / "x.xml"
    path.write_bytes(b"<a>" * 100)
    with pytest.raises(TooLarge, match="Le fichier X"):
        parse_file(path, "Le fichier X", limit=10)


def test_a_file_of_the_system_is_never_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TEST secret")
    data = f'<!DOCTYPE a [<!ENTITY b SYSTEM "file://{secret}">]><a>&b;</a>'.encode()
    with pytest.raises(UnreadableXml) as caught:
        parse_bytes(data, "Le fichier X")
    assert "TEST" not in str(caught.value)


def test_a_large_text_is_read() -> None:
    assert len(parse_bytes(b"<a>" + b"x" * 11_000_000 + b"</a>", "Le fichier X").text) == 11_000_000


@pytest.mark.parametrize("data", [b"<a><b/></a>", "<?xml version='1.0' encoding='UTF-16'?><é/>".encode("utf-16")])
def test_a_text_that_is_well_formed_is_read_for_nothing(data: bytes) -> None:
    check_bytes(data, "Fichier")


@pytest.mark.parametrize(
    "data", [b"", b"<a>", b"<a/><a/>", b"<a/>suite", b"<!DOCTYPE a><a/>", b"<a>\xe9</a>", b"<a/>" + b" " * 5000]
)
def test_what_cannot_be_parsed_cannot_be_checked_either(data: bytes) -> None:
    with pytest.raises(DocumentError) as parsed:
        parse_bytes(data, "Fichier", 4000)
    with pytest.raises(type(parsed.value), match="Fichier"):
        check_bytes(data, "Fichier", 4000)
