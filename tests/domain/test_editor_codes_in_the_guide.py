"""The guide of the finance software says what the program says: each code, each refusal at the door, each rule."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dematfin.domain.editor.disagreements import ACCEPTABLE
from dematfin.domain.editor.rules import DEFAULTS

ROOT: Final = Path(__file__).parents[2]
SOURCE: Final = ROOT / "src" / "dematfin"
DOOR: Final = SOURCE / "steps" / "import_checks.py"
TEXT: Final = (ROOT / "docs" / "guide-logiciel-financier.md").read_text(encoding="utf-8")
CODE: Final = re.compile(r"(?:ECART|IMPORT)-[A-Z]+(?:-[A-Z]+)*")
QUOTED: Final = re.compile(rf'"({CODE.pattern})"')
ROW: Final = re.compile(r"^\| (`[A-Z-]+`|« .+ ») \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
SENTENCE: Final = 60
"""Signs from which a text of the program is a message."""

ROWS: Final = {row[0].strip("`« »"): row[1:] for row in ROW.findall(TEXT)}
CODES: Final = {code for code in ROWS if CODE.fullmatch(code)}
PHRASES: Final = ROWS.keys() - CODES


def texts(path: Path) -> Iterator[str]:
    """Yield the messages of a module, whole, with a hole where a value stands."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    inner |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value


def test_each_code_has_its_row_and_no_other_is_there() -> None:
    said = {code for path in SOURCE.rglob("*.py") for code in QUOTED.findall(path.read_text(encoding="utf-8"))}
    assert said == CODES
    assert all(cell.strip() for row in ROWS.values() for cell in row)


def test_what_a_person_may_accept_is_told_to_be_so() -> None:
    assert {code for code in CODES if ROWS[code][1].strip().endswith("accepter")} == ACCEPTABLE


def test_each_phrase_that_the_guide_quotes_is_one_that_the_program_says() -> None:
    said = "\n".join(
        one for folder in ("steps", "pes") for path in (SOURCE / folder).glob("*.py") for one in texts(path)
    )
    assert {phrase for phrase in PHRASES if phrase not in said} == set()


def test_each_refusal_at_the_door_has_its_row() -> None:
    refusals = [one for one in texts(DOOR) if len(one) > SENTENCE]
    assert len(refusals) > 10
    assert [one for one in refusals if not any(phrase in one for phrase in PHRASES)] == []


def test_each_rule_for_mandats_without_invoice_is_listed_as_it_is() -> None:
    rows = [
        f"| {one.label} | {' | '.join(', '.join(codes) or '—' for codes in (one.types, one.natures, one.accounts))} |"
        for one in DEFAULTS
    ]
    listed = [
        line for line in TEXT.splitlines() if re.fullmatch(r"\| .+ \| [0-9, —]+ \| [0-9, —]+ \| [0-9, —]+ \|", line)
    ]
    assert listed == rows
