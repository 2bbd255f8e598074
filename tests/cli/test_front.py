"""What is answered before the library is there: it says what the families say, and a command loads its own only."""

import subprocess
import sys
from typing import Any, Final

import pytest

from cli.office import Office
from dematfin.cli.families import FAMILIES, called, in_order
from dematfin.cli.front import answer
from dematfin.demo.families import DEMO

ALL: Final = (*FAMILIES, *DEMO)
HEAVY: Final = ("typer", "rich", "pydantic", "lxml", "sqlalchemy", "httpx", "apscheduler", "xmlschema", "dataclasses")


def loaded_by(program: str) -> set[str]:
    """Return the modules that a program has loaded when it ends."""
    said = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint('\\nLOADED', *sys.modules)"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return set(said.rsplit("LOADED", 1)[1].split())


@pytest.mark.parametrize("width", [60, 84, 120])
def test_the_help_is_the_one_that_the_families_themselves_give(office: Office, width: int) -> None:
    office.patch.setenv("COLUMNS", str(width))
    theirs = office.alone("--help").out
    office.screen.readouterr()
    assert answer(["--help"], ALL) == 0
    ours = office.screen.readouterr().out
    assert [line.rstrip() for line in ours.splitlines()] == [line.rstrip() for line in theirs.splitlines()]


def test_no_command_at_all_is_a_mistake_that_gets_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert answer([], ALL) == 2
    assert "Utilisation : dematfin [OPTIONS] COMMANDE" in capsys.readouterr().out


def test_the_version_is_told_as_the_library_tells_it(office: Office) -> None:
    theirs = office.alone("--version").out
    assert answer(["--version"], ALL) == 0
    assert office.screen.readouterr().out == theirs


def test_whatever_calls_a_command_is_left_to_the_library() -> None:
    for words in (["facture"], ["--verbeux", "--help"], ["--aide"], ["facture", "--help"]):
        assert answer(words, ALL) is None


@pytest.mark.parametrize(("said", "painted"), [({}, 1), ({"NO_COLOR": "1"}, 0), ({"TERM": "dumb"}, 0)], ids=str)
def test_colours_are_for_a_terminal_that_wants_them(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], said: dict[str, str], painted: int
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name, value in {"TERM": "xterm", "COLUMNS": "80", **said}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    answer(["--help"], ALL)
    assert capsys.readouterr().out.count("\x1b[1;36mfacture") == painted


def test_a_screen_without_accents_or_frames_still_gets_the_help() -> None:
    command = [sys.executable, "-m", "dematfin", "--help"]
    said = subprocess.run(command, check=True, capture_output=True, env={"PYTHONIOENCODING": "ascii", "COLUMNS": "70"})
    assert b"| facture       Les factures." in said.stdout
    assert b"collectivit?s" in said.stdout


def test_the_help_needs_no_library() -> None:
    loaded = loaded_by("from dematfin.__main__ import answer, FAMILIES, DEMO\nanswer(['--help'], (*FAMILIES, *DEMO))")
    assert not loaded & set(HEAVY)


def test_a_command_loads_its_own_family_only() -> None:
    program = "from dematfin.cli.families import *\nfrom dematfin.cli.main import *\nprogram(called({}, FAMILIES))"
    alone = loaded_by(program.format(["facture", "liste"]))
    assert "dematfin.cli.factures" in alone
    assert not alone & {"dematfin.cli.bordereaux", "dematfin.cli.steps", "dematfin.cli.xsd"}


@pytest.mark.parametrize("family", ALL, ids=lambda one: one.name)
def test_a_family_alone_is_the_same_as_among_all(family: Any) -> None:
    assert called([family.name, "--help"], ALL) == [family]


def test_a_wrong_command_is_sought_among_all(office: Office) -> None:
    assert called(["factur"], ALL) == in_order(ALL)
    answer = office.alone("factur", "liste")
    assert answer.code == 2
    assert "La commande 'factur' n'existe pas. Vouliez-vous dire 'facture' ?" in answer.err
