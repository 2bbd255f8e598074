"""`docs/menaces.md` is true: each threat has an answer, each proof exists, each limit is that of the program."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = (ROOT / "docs" / "menaces.md").read_text(encoding="utf-8")
PROOF: Final = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
NUMBER: Final = re.compile(r"([\d.]+)(?: (Mio|Kio|Mo))?")
UNITS: Final = {"Mio": 1024 * 1024, "Kio": 1024, "Mo": 1_000_000, None: 1}
LISTED: Final = (
    "XXE", "bombe", "wrapping", "SSRF", "journal technique", "sort de son dossier", "CSRF", "cadre", "essayés un à un",
    "SQL", "Formule", "HTML", "En-tête ou destinataire", "Session volée", "Rejeu", "Double envoi", "récrits",
    "restaurée",
    "agit pour deux", "compte bancaire", "faux fournisseur", "Horloge", "rançongiciel", "JavaScript", "chiffrement",
    "Dépendance", "code du jeton", "Redirection", "SHA-1", "DOCTYPE",
)  # fmt: skip
"""What a page on threats may not forget."""


def rows(head: str) -> Iterator[list[str]]:
    """Yield the cells of the tables that begin with a head."""
    inside = False
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith(f"| {head} |"):
            inside = True
        elif inside and not line.startswith("|"):
            inside = False
        elif inside and not line.startswith("|---"):
            yield cells


THREATS: Final = list(rows("Menace"))
LIMITS: Final = list(rows("Entrée"))


@cache
def proofs_in(path: str) -> frozenset[str]:
    """Return the names of the tests of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("cells", THREATS, ids=lambda cells: cells[0][:40])
def test_each_threat_has_an_answer_and_a_proof_that_exists(cells: list[str]) -> None:
    assert len(cells) == 4
    _, answer, proof, _ = cells
    assert len(answer) > 20
    named = PROOF.findall(proof)
    assert named and "`" not in PROOF.sub("", proof)
    assert {f"{path}::{name}" for path, name in named if name not in proofs_in(path)} == set()


@pytest.mark.parametrize("word", LISTED)
def test_no_threat_that_is_known_is_left_out(word: str) -> None:
    assert any(word in cells[0] or word in cells[1] for cells in THREATS)


def test_a_threat_is_told_once() -> None:
    names = [cells[0] for cells in THREATS]
    assert len(set(names)) == len(names) > 40


@pytest.mark.parametrize("cells", LIMITS, ids=lambda cells: cells[0][:40])
def test_each_limit_is_that_of_the_program(cells: list[str]) -> None:
    said, constant = cells[1], cells[2].strip("`")
    number, unit = NUMBER.fullmatch(said).groups()  # type: ignore[union-attr]  # or it is a fault
    module, _, name = constant.partition(":")
    assert float(number) * UNITS[unit] == getattr(import_module(f"dematfin.{module}"), name)
