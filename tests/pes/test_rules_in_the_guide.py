"""The guide lists each rule of the entry gate, and no other; each has a test that breaks it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
CODE = re.compile(r"PES-[A-Z0-9]+(?:-[A-Z0-9]+)*")
ROW = re.compile(r"^\| (PES-[A-Z0-9-]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


def codes(folder: Path) -> set[str]:
    return {code for path in folder.rglob("*.py") for code in CODE.findall(path.read_text(encoding="utf-8"))}


GUIDE = ROW.findall((ROOT / "docs" / "guide-flux.md").read_text(encoding="utf-8"))
RULES = codes(ROOT / "src" / "dematfin" / "pes")


def test_the_guide_and_the_rules_are_the_same() -> None:
    listed = [row[0] for row in GUIDE]
    assert sorted(listed) == sorted(RULES)
    assert all(cell.strip() for row in GUIDE for cell in row)


@pytest.mark.parametrize("code", sorted(RULES))
def test_each_rule_is_broken_by_a_test(code: str) -> None:
    tests = [path for path in (ROOT / "tests" / "pes").glob("test_*.py") if path != Path(__file__)]
    assert any(f'"{code}"' in path.read_text(encoding="utf-8") for path in tests)
