"""What commands write is read by people: sizes in the unit that one reads at a glance."""

import pytest

from dematfin.cli.output import weight


@pytest.mark.parametrize(
    ("size", "told"),
    [
        (0, "0 Ko"),
        (1, "1 Ko"),
        (1025, "2 Ko"),
        (1024**2 - 1, "1024 Ko"),
        (1024**2, "1,0 Mo"),
        (1536 * 1024, "1,5 Mo"),
        (1024**3, "1,0 Go"),
        (400 * 1024**3, "400,0 Go"),
    ],
)
def test_a_size_is_told_in_its_unit_with_a_comma(size: int, told: str) -> None:
    assert weight(size) == told
