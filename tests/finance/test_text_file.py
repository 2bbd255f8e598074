"""The encoding of an export is found from its bytes."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dematfin.finance.text_file import text

LOST = "\N{REPLACEMENT CHARACTER}"
FRENCH = st.text("abc XYZ 0123;éèêàâçùûôîï\n", max_size=60)
"""No two accents meet in it by their bytes alone: every such text is in one encoding only."""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "export.csv"


@given(written=FRENCH, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-15"]))
def test_a_french_text_is_read_back_from_each_encoding(
    tmp_path_factory: pytest.TempPathFactory, written: str, encoding: str
) -> None:
    source = tmp_path_factory.mktemp("text") / "export.csv"
    source.write_bytes(written.encode(encoding))
    assert text(source) == written


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("L’œuvre d’été – 12 €", "cp1252"),
        ("Cœur d'été 12 €", "iso-8859-15"),
        ("½ journée d'été", "cp1252"),
        ("12 ¤ d’été", "cp1252"),
        ("Été", "utf-16-be"),
        ("𝄞 Été", "utf-16"),
    ],
)
def test_what_tells_encodings_apart(source: Path, written: str, encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    source.write_bytes(mark + written.encode(encoding))
    assert text(source) == written


def test_one_damaged_line_does_not_spoil_the_accents_of_the_others(source: Path) -> None:
    for said in (LOST, f"d'hiver {LOST}"):  # lost before us, in a file that is right
        source.write_text(said, encoding="utf-8")
        assert text(source) == said
    source.write_bytes("été\nhiver\n".encode() + b"\xff\n")
    assert text(source) == f"été\nhiver\n{LOST}\n"


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbfa\xff", "a".encode("utf-16") + b"\x00", b"\xff\xfea\x00\x00\xd8", b"\xe9\x81"]
)
def test_bytes_that_are_no_character_are_marked_where_they_stand(source: Path, data: bytes) -> None:
    source.write_bytes(data)
    assert text(source).endswith(LOST)
