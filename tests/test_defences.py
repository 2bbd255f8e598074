"""Defences that lie in how the program is put together, and not in one place of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import dematfin

ROOT: Final = Path(__file__).parents[1]
SOURCE: Final = Path(dematfin.__file__).parent
ALONE: Final = ("service", "steps", "web")
"""What runs without anybody at a keyboard, or asks for no key."""
SIGNING: Final = (
    "dematfin.acts.sign",
    "dematfin.signature.opening",
    "dematfin.signature.keys",
    "dematfin.signature.token",
)
OWN_NAMES: Final = frozenset({"table", "names", "pragma", "name", "VERSIONS", "SCHEMA"})
"""What our own constants hold: names of tables and settings of the base."""
QUOTED: Final = {
    "quoted": "the name of a base, which no parameter may be: quoted by SQLAlchemy",
    "quoting(connection)": "idem",
    "_as_that_of": "what the server itself says of a base, as literals that SQLAlchemy writes",
}
"""Calls whose answer is written into a query, and why it is safe there."""
LOCKED: Final = re.compile(r"^[a-z0-9][\w.-]*(\[[\w,-]+\])?==\S+ \\$", re.MULTILINE)


def imported(path: Path) -> set[str]:
    """Return the modules that a file names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return found


@pytest.mark.parametrize("folder", ALONE)
def test_nothing_that_runs_alone_reaches_the_act_of_signing(folder: str) -> None:
    reached = {path.name: imported(path) & set(SIGNING) for path in (SOURCE / folder).rglob("*.py")}
    assert {name: found for name, found in reached.items() if found} == {}
    assert "dematfin.acts.sign" in imported(SOURCE / "cli" / "signature_bordereaux.py"), "the keyboard does"


def queries(source: str) -> Iterator[str]:
    """Yield what a query is written with besides its own words."""
    for node in ast.walk(ast.parse(source)):
        named = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
        if isinstance(node, ast.Call) and named in {"text", "execute", "exec_driver_sql"}:
            for argument in node.args[:1]:
                for part in ast.walk(argument):
                    if isinstance(part, ast.FormattedValue) and not is_quoted(part.value):
                        yield from (one.id for one in ast.walk(part.value) if isinstance(one, ast.Name))
                    elif isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mod):
                        yield ast.unparse(part)


def is_quoted(part: ast.expr) -> bool:
    return isinstance(part, ast.Call) and ast.unparse(part.func) in QUOTED


def test_no_query_is_written_with_words_from_outside() -> None:
    written = {
        path.relative_to(SOURCE).as_posix(): set(queries(path.read_text(encoding="utf-8"))) - OWN_NAMES
        for folder in ("store", "service")
        for path in (SOURCE / folder).rglob("*.py")
        if "migrations" not in path.parts  # written once, with our own names, and never again
    }
    assert {name: words for name, words in written.items() if words} == {}
    assert list(queries("c.execute(text(f'SELECT {asked}'))")) != []
    assert list(queries("c.execute('SELECT %s' % asked)")) != []
    assert list(queries("c.exec_driver_sql(f'DROP DATABASE {quoted(name)} {asked}')")) == ["asked"]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_each_dependency_is_locked_with_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = [one for one in re.split(r"\n(?=[a-z0-9])", text) if "==" in one.partition("\n")[0]]
    assert len(entries) > 40
    assert [one.partition("\n")[0] for one in entries if not LOCKED.match(one) or "--hash=sha256:" not in one] == []
    assert "://" not in re.sub(r"(?m)^ *#.*$", "", text), "nothing is fetched from an address"


def test_nothing_is_installed_without_its_hashes() -> None:
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    installs = [line for line in made.splitlines() if "pip install" in line]
    assert installs
    assert all("--require-hashes" in line or "--no-deps --no-build-isolation" in line for line in installs)


def test_secrets_are_looked_for_at_each_check() -> None:
    check = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\ncheck:")[2].partition("\n\n")[0]
    assert "detect-secrets-hook --baseline .secrets.baseline" in check
