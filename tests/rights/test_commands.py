"""Each command and the right that it demands: that of the acts which its code reaches, none where it reaches none."""

import ast
import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, Final

from typer.main import get_command

from dematfin.cli.families import FAMILIES
from dematfin.cli.main import program
from dematfin.demo.families import DEMO
from dematfin.domain.parties.person import Act, Role
from dematfin.domain.rights.acts import ACTS
from dematfin.domain.rights.commands import COMMANDS
from dematfin.domain.rights.needed import Needed, roles

PLAYED: Final = {"demo", "sandbox demarrer"}
"""They play every person of an invented town, in a folder of their own."""
WALKED: Final = ("dematfin.cli", "dematfin.demo")


def commands(family: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, and the function behind it."""
    for name, command in getattr(family, "commands", {}).items():
        if not getattr(command, "commands", None):
            yield f"{above}{name}", inspect.unwrap(command.callback)
        yield from commands(command, f"{above}{name} ")


@cache
def read(module: str) -> tuple[dict[str, tuple[str, str]], dict[str, ast.AST]]:
    """Return what a module imports from ours, by the name that it has there, and what it defines."""
    tree = ast.parse(inspect.getsource(import_module(module)))
    imported = {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("dematfin.")
        for alias in node.names
    }
    return imported, {node.name: node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}


def reached(module: str, name: str, seen: set[tuple[str, str]]) -> Iterator[str]:
    """Yield the acts that a function of the command line may come to, by its helpers too."""
    imported, defined = read(module)
    if (module, name) in seen or name not in defined:
        return
    seen.add((module, name))
    for node in ast.walk(defined[name]):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            where, what = imported.get(node.value.id, ("", ""))
            if where == "dematfin.acts":
                yield f"{what}.{node.attr}"
        elif isinstance(node, ast.Name):
            where, what = imported.get(node.id, (module if node.id in defined else "", node.id))
            if where.startswith("dematfin.acts."):
                yield f"{where.removeprefix('dematfin.acts.')}.{what}"
            elif where.startswith(WALKED):
                yield from reached(where, what, seen)


FOUND: Final = {
    name: set(reached(call.__module__, call.__name__, set())) & ACTS.keys()
    for name, call in commands(get_command(program((*FAMILIES, *DEMO))))
}


def demanded(acts: set[str]) -> list[Needed]:
    """Return the rights that the fewest roles have, among those of some acts; who is known may at least read."""
    needed: list[Needed] = [ACTS[name] or Act.READ for name in acts] or [None]
    fewest = min(len(roles(one)) for one in needed)
    return [one for one in needed if len(roles(one)) == fewest]


def line(name: str, needed: Needed) -> str:
    return f'    "{name}": {f"Act.{needed.name}" if isinstance(needed, Act) else str(needed)},'


def test_each_command_has_its_line() -> None:
    missing = [f'    "{name}": Act.…,' for name in sorted(FOUND.keys() - COMMANDS.keys())]
    assert not missing, "add to domain/rights/commands.py:\n" + "\n".join(missing)
    gone = sorted(COMMANDS.keys() - FOUND.keys())
    assert not gone, f"take out of domain/rights/commands.py, no such command: {gone}"
    assert list(COMMANDS) == sorted(COMMANDS), "keep domain/rights/commands.py sorted"


def test_a_command_demands_what_its_acts_demand() -> None:
    wanted = {name: demanded(acts) for name, acts in FOUND.items() if name not in PLAYED}
    wrong = [
        line(name, needed[0])
        for name, needed in wanted.items()
        if roles(COMMANDS.get(name)) not in [roles(one) for one in needed]
    ]
    assert not wrong, "say in domain/rights/commands.py:\n" + "\n".join(wrong)


def test_what_needs_no_person_reaches_no_act() -> None:
    assert {name for name, needed in COMMANDS.items() if needed is None and FOUND[name]} <= PLAYED


def test_the_walk_finds_what_hides_in_helpers() -> None:
    assert {"run.run", "holds.force"} <= FOUND["facture forcer"]
    assert "editor_flows.exempt" in FOUND["bordereau revoir"]


def test_an_administrateur_does_no_business_act() -> None:
    """It sets up; all that it has beside reading is setting up, or unblocking what nobody else can."""
    own = {name for name, needed in COMMANDS.items() if Role.ADMINISTRATEUR in roles(needed)}
    reading = {name for name in own if roles(COMMANDS[name]) >= frozenset({Role.LECTEUR})}
    assert own - reading == {
        "budget ouvrir", "ouvrier relancer", "personne ajouter", "personne mot-de-passe", "personne retirer",
        "reprise signaler", "visa deleguer", "visa passer", "visa retour", "xsd installer",
    }  # fmt: skip
