"""Help: every command has one, in French, with nothing of the library's own words."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from cli.office import Office, plain
from dematfin.cli.families import FAMILIES
from dematfin.cli.main import program
from dematfin.demo.families import DEMO


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command line that has a help, the families included, and its command."""
    root: Any = get_command(program((*FAMILIES, *DEMO)))
    yield "", root
    yield from below(root)


def below(family: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the commands of a family, and those of the families in it."""
    for name, command in getattr(family, "commands", {}).items():
        yield f"{above}{name}", command
        yield from below(command, f"{above}{name} ")


ALL = dict(commands())
SECTION = re.compile(r"\[[a-z_]+\]")
"""A section of the configuration: whatever draws the screen takes it for a colour, if nothing tells it otherwise."""


def test_the_walk_finds_the_whole_program() -> None:
    assert {
        "journee",
        "facture voir",
        "bordereau signer",
        "config verifier",
        "sandbox demarrer",
        "tiers iban valider",
    } <= set(ALL)
    assert len(ALL) == 199


@pytest.mark.parametrize("command", ALL)
def test_each_command_explains_itself_in_french(office: Office, command: str) -> None:
    answer = office.alone(*shlex.split(command), "--help")
    assert answer.code == 0
    assert f"Utilisation : dematfin {command}".rstrip() in answer.out
    assert "Affiche cette aide." in answer.out
    assert "[[" not in answer.out
    assert not [one for one in SECTION.findall(written(ALL[command])) if one not in answer.out]
    plain(answer.said)


def written(command: Any) -> str:
    """Return the help of a command and of its options, as the code has it."""
    return " ".join((command.help or "", *(getattr(one, "help", None) or "" for one in command.params)))


@pytest.mark.parametrize("family", ["", "facture", "bordereau", "config"])
def test_a_family_alone_shows_its_help_and_no_error(office: Office, family: str) -> None:
    answer = office.alone(*shlex.split(family))
    assert answer.code == 2
    assert "Commandes" in answer.out
    assert answer.err == ""


def test_the_version_needs_no_command(office: Office) -> None:
    answer = office.alone("--version")
    assert (answer.code, answer.out.split()[0]) == (0, "dematfin")
