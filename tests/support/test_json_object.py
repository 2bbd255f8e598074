"""Notes that others may have written: an object with finite numbers, or one error."""

from pathlib import Path

import pytest

from dematfin.support.json_object import LARGEST, json_object, noted

ENDLESS = b"[" * 100_000, b'{"a": ' + b"9" * 5_000 + b"}"
NO_NUMBER = b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e400}'
OTHERS = b"", b"[]", b"null", b"12", b'"a"', b"{", b"\xff\xfe"


@pytest.mark.parametrize("data", [*OTHERS, *NO_NUMBER, *ENDLESS], ids=range(12))
def test_what_is_no_object_with_finite_numbers_is_one_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        json_object(data)


def test_an_object_is_given_back() -> None:
    assert json_object(b'{"a": [1, 2.5, null], "b": {"c": "\\u00e9"}}') == {"a": [1, 2.5, None], "b": {"c": "é"}}


def test_a_note_beyond_any_measure_is_not_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "note.json"
    path.write_bytes(b'{"a": "' + b"x" * LARGEST + b'"}')
    with pytest.raises(ValueError, match="too large"):
        noted(path)
