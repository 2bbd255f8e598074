"""Rules of the house that import-linter cannot say: size, words, docstrings, one trap, one wiring."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

SOURCE: Final = Path(__file__).parent.parent / "src" / "dematfin"
FILES: Final = sorted(path for path in SOURCE.rglob("*.py") if "versions" not in path.parts)
LONGEST_FILE: Final = 250
LONGEST_FUNCTION: Final = 36
"""Lines from `def` to the end, docstring included."""
VAGUE: Final = frozenset({"utils", "util", "helpers", "helper", "common", "misc", "manager", "tools"})
TRAP: Final = "steps/outcome.py"
EXEMPT: Final = ("_", "people", "sign_in")
"""What lists names, and what is asked of whoever says to be somebody: nobody is known yet."""
ADAPTERS: Final = (
    "chorus",
    "scanning",
    "parapheur",
    "pes",
    "signature",
    "tdt",
    "finance",
    "mail",
    "store",
    "reports",
)
MAY_NAME_ADAPTERS: Final = ("wiring.py", "config/", "cli/", "demo/")
OWNERS: Final = {
    "httpx": ("support/http.py", "support/lines.py", "chorus/", "parapheur/", "tdt/"),
    "xmlschema": ("pes/official.py",),
    "signxml": ("signature/", "sandbox/helios/"),
    "cryptography": ("signature/", "support/tls.py", "sandbox/"),
    "pkcs11": ("signature/token.py",),
    "apscheduler": ("support/timetable.py", "config/service.py", "service/clock.py"),
    "procrastinate": ("service/",),
    "prometheus_client": ("service/",),
    "obstore": ("store/s3.py",),
    "sqlalchemy": ("store/",),
    "alembic": ("store/",),
    "typer": ("cli/", "demo/commands.py"),
    "rich": ("cli/", "demo/commands.py"),
    "pygal": ("reports/",),
    "jinja2": ("reports/", "web/pages.py"),
    "starlette": ("web/",),
    "uvicorn": ("web/server.py",),
    "reportlab": ("reports/",),
    "xlsxwriter": ("reports/",),
    "pikepdf": ("scanning/", "sandbox/"),
    "PIL": ("scanning/", "sandbox/"),
    "pypdfium2": ("scanning/", "sandbox/"),
    "zxingcpp": ("scanning/readers.py",),
    "pyzbar": ("scanning/readers.py",),
    "smtplib": ("mail/",),
    "aiosmtpd": ("sandbox/",),
    "stamina": ("support/http.py",),
}

Rule = Callable[[str, ast.Module], Iterator[str]]


def bare_traps(name: str, tree: ast.Module) -> Iterator[str]:
    """Only the steps' trap may catch whatever comes; to undo something and raise again is no trap."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler) and _caught(node) & {"", "Exception", "BaseException"}:
            again = isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None
            if name != TRAP and not again:
                yield f"{name}:{node.lineno} catches everything"


def missing_docstrings(name: str, tree: ast.Module) -> Iterator[str]:
    """What others may call says what it means; so does the head of each file."""
    if tree.body and ast.get_docstring(tree) is None:
        yield f"{name} has no docstring"
    for node in _public(tree):
        if ast.get_docstring(node) is None:
            yield f"{name}:{node.lineno} {node.name} has no docstring"


def long_functions(name: str, tree: ast.Module) -> Iterator[str]:
    """A function fits an eye."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION:
            yield f"{name}:{node.lineno} {node.name} is too long"


def strangers(name: str, tree: ast.Module) -> Iterator[str]:
    """Concrete adapters are named where things are wired, nowhere else."""
    own = name.split("/", maxsplit=1)[0]
    for module in _imported(tree):
        parts = module.split(".")
        adapter = parts[1] if parts[0] == "dematfin" and len(parts) > 1 else ""
        if adapter in ADAPTERS and adapter != own and not name.startswith(MAY_NAME_ADAPTERS):
            yield f"{name} names the adapter {module}"


def lodgers(name: str, tree: ast.Module) -> Iterator[str]:
    """A library has one owner."""
    for module in _imported(tree):
        owners = OWNERS.get(module.split(".")[0])
        if owners and not name.startswith(owners):
            yield f"{name} uses {module}"


def floats(name: str, tree: ast.Module) -> Iterator[str]:
    """Rules and records know no float."""
    if name.startswith(("domain/", "ports/", "steps/", "acts/")):
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, float):
                yield f"{name}:{node.lineno} holds a float"
            if isinstance(node, ast.Name) and node.id == "float":
                yield f"{name}:{node.lineno} names float"


def unchecked_acts(name: str, tree: ast.Module) -> Iterator[str]:
    """An act takes a person, and asks what that person may do before it does anything."""
    if not name.startswith("acts/"):
        return
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith(EXEMPT):
            text = ast.unparse(node)
            asks = any(words in text for words in (".require(", "on_behalf_of(", "by=who.id", "_administrator("))
            if "who" not in {argument.arg for argument in node.args.args} or not asks:
                yield f"{name}:{node.lineno} {node.name} asks nobody"


RULES: Final[tuple[Rule, ...]] = (
    bare_traps,
    missing_docstrings,
    long_functions,
    strangers,
    lodgers,
    floats,
    unchecked_acts,
)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_its_rule(rule: Rule) -> None:
    broken = [line for path in FILES for line in rule(_name(path), _tree(path.read_text(encoding="utf-8")))]
    assert broken == []


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (bare_traps, "steps/intake.py", "try:\n    x()\nexcept (ValueError, Exception):\n    pass"),
        (bare_traps, "cli/main.py", "try:\n    x()\nexcept:\n    pass"),
        (missing_docstrings, "domain/money.py", "x = 1"),
        (missing_docstrings, "domain/money.py", '"""M."""\nclass A:\n    """A."""\n    def b(self): ...'),
        (long_functions, "pes/build.py", "def f():\n" + "    x = 1\n" * LONGEST_FUNCTION),
        (strangers, "steps/intake.py", "from dematfin.chorus.source import ChorusPro"),
        (strangers, "pes/build.py", "import dematfin.store.ledger"),
        (lodgers, "acts/sign.py", "from cryptography import x509"),
        (floats, "domain/money.py", "RATE = 0.2"),
        (floats, "ports/ledger.py", "def f(x: float) -> None: ..."),
        (unchecked_acts, "acts/visa.py", "def approve(app, invoice): ..."),
        (unchecked_acts, "acts/visa.py", "def approve(app, who, invoice): return app.ledger"),
    ],
)
def test_each_rule_can_be_broken(rule: Rule, name: str, source: str) -> None:
    assert list(rule(name, _tree(source)))


def test_files_are_short_and_say_their_subject() -> None:
    lengths = {_name(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}
    assert [name for name in lengths if Path(name).stem in VAGUE] == []


def test_the_sandbox_is_written_without_our_clients() -> None:
    """Else it would repeat our mistakes instead of showing them."""
    for path in (SOURCE / "sandbox").rglob("*.py"):
        for module in _imported(_tree(path.read_text(encoding="utf-8"))):
            if module.startswith("dematfin"):
                assert module.startswith(("dematfin.sandbox", "dematfin.errors")), _name(path)


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


@cache
def _tree(source: str) -> ast.Module:
    return ast.parse(source)


def _caught(handler: ast.ExceptHandler) -> set[str]:
    if handler.type is None:
        return {""}
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {ast.unparse(kind) for kind in kinds}


def _imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _public(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.ClassDef]:
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                        yield inner
