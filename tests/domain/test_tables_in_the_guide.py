"""The guide of figures lists each table as the report has it, in its order: its name, its title, and what it counts."""

import re
from pathlib import Path

from dematfin.domain.report.contents import tables
from domain.tallied import facts

GUIDE = (Path(__file__).parents[2] / "docs" / "guide-chiffres.md").read_text(encoding="utf-8")
SECTION = GUIDE.partition("## Chaque tableau")[2].partition("\n## ")[0]
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def test_each_table_has_its_row_in_the_guide_and_no_other_is_there() -> None:
    listed = [(key, title) for key, title, _ in ROW.findall(SECTION)]
    assert listed == [(one.key, one.title) for one in tables(facts())]


def test_the_example_counts_the_files_that_are_written() -> None:
    assert f"-csv ({len(tables(facts())) + 1} fichiers)" in GUIDE
