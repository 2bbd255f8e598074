"""An office where somebody types commands, and what can be said of any answer."""

import io
import random
import re
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import Engine

from dematfin import wiring
from dematfin.acts import administer
from dematfin.acts.consult import people
from dematfin.cli import main
from dematfin.cli.families import FAMILIES, in_order
from dematfin.cli.main import program, run
from dematfin.cli.output import SCREEN
from dematfin.config.several import load
from dematfin.demo.families import DEMO
from dematfin.domain.intention import IntentionState
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.parties.person import Role
from dematfin.domain.visa.folder import FolderState
from dematfin.ports.app import App
from dematfin.store.engine import open_engine
from dematfin.support.clock import SystemClock
from dematfin.wiring import build

if TYPE_CHECKING:
    import typer

CLOSED: Final = 1
"""A port of the loopback where nobody listens."""

OUT_OF_THE_WAY: Final = range(20_000, 22_000)
"""Ports that neither a system nor the sandbox chooses by itself."""

OURS: Final = {str(one) for kind in (InvoiceState, MandatState, FluxState, FolderState, IntentionState) for one in kind}
CHORUS: Final = {"SERVICE_FAIT", "REFUSED"}  # also said by Chorus Pro, whose words agents know
INSIDES: Final = re.compile(
    r"Traceback|Exception|\bErrno\b|\b(?:error|invalid|missing|should|such|value|refused|file|not|the|is|must)\b"
    rf"|<(?:str|bool|path)>|\b(?:{'|'.join(sorted(OURS - CHORUS))})\b",
    re.IGNORECASE,
)


HELD: Final = (
    "INSERT INTO lease (collectivite, step, holder, since, until) VALUES "
    "('{siret}', '{step}', 'autre.example:12', '2026-03-02T09:00:00.000000+00:00', '{until}')"
)
"""A step that runs on another machine."""


def soon() -> str:
    """Return when a lease that was just renewed ends, as the base writes it."""
    return (SystemClock("Europe/Paris").now() + timedelta(minutes=2)).isoformat(timespec="microseconds")


def free_ports() -> Iterator[int]:
    """Yield ports of the loopback where a process of a test may listen."""
    for port in random.sample(OUT_OF_THE_WAY, len(OUT_OF_THE_WAY)):
        with socket.socket() as door:
            if door.connect_ex(("127.0.0.1", port)):
                yield port


@cache
def built(app: "typer.Typer") -> Any:
    """Build the hundred commands, once: it is long, and the same each time."""
    from typer.main import get_command  # noqa: PLC0415 - not before the program has taught it French

    return get_command(app)


@cache
def whole_program() -> "typer.Typer":
    """Return the program as `python -m dematfin` makes it, once: each making adds to families that all share."""
    return program(in_order((*FAMILIES, *DEMO)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command printed, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Everything but the log lines, which are for machines."""
        return self.out + "".join(line + "\n" for line in self.err.splitlines() if not line.startswith("{"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A folder with its configuration, and a keyboard in this process."""

    folder: Path
    screen: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def __call__(self, *words: str, typed: str = "") -> Answer:
        """Type a command about this folder; `typed` is what is answered to its questions."""
        return self.alone(*words, "-c", str(self.config), typed=typed)

    def alone(self, *words: str, typed: str = "") -> Answer:
        """Type a command as it is."""
        self.patch.setattr(sys, "stdin", io.StringIO(typed))
        self.patch.setattr(main, "get_command", built)
        self.screen.readouterr()
        with self._hanging_up():
            code = run(whole_program(), words)
        shown = self.screen.readouterr()
        return Answer(code=code, out=spaced(shown.out), err=spaced(shown.err))

    def apart(self, *words: str, typed: str = "") -> Answer:
        """Type a command in a process of its own, which hangs up when it ends, as people do."""
        command = [sys.executable, "-m", "dematfin", *words, "-c", str(self.config)]
        known = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "COLUMNS": "80", "PYTHONPATH": ":".join(sys.path)}
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
            env=known,
            input=typed,
            cwd=self.folder,
        )
        return Answer(code=done.returncode, out=spaced(done.stdout), err=spaced(done.stderr))

    def widen(self, columns: int) -> None:
        """Change the width of the screen."""
        self.patch.setattr(SCREEN, "_width", columns)

    def change(self, old: str, new: str) -> None:
        """Change the configuration; `old` must be there."""
        text = self.config.read_text(encoding="utf-8")
        assert re.search(old, text), old
        self.config.write_text(re.sub(old, new, text, count=1), encoding="utf-8")

    @contextmanager
    def opened(self) -> Iterator[App]:
        """Lend the collectivité itself, to look or to set a scene."""
        with self._hanging_up():
            yield build(load(self.config), self.folder, lambda _: "")

    @contextmanager
    def _hanging_up(self) -> Iterator[None]:
        """Close the bases that are opened meanwhile, as the end of a process does."""
        engines: list[Engine] = []

        def opening(base: str) -> Engine:
            engines.append(open_engine(base))
            return engines[-1]

        self.patch.setattr(wiring, "open_engine", opening)
        try:
            yield
        finally:
            for engine in engines:
                engine.dispose()

    def become(self, *roles: str) -> None:
        """Give whoever runs the tests these roles only; somebody else administers from then on."""
        other = self("personne", "ajouter", "luc", "--nom", "Luc Admin", "--role", "administrateur")
        assert other.code == 0, other.err
        with self.opened() as app:
            me = next(one for one in people(app) if one.system_user)
            luc = next(one for one in people(app) if one.id == "luc")
            administer.add_person(app, luc, replace(me, roles=frozenset(map(Role, roles)), desks=frozenset()))

    def base(self) -> sqlite3.Connection:
        """Open the SQLite file by hand, as whoever has the disk can."""
        return sqlite3.connect(self.folder / "var" / "registre.db")

    def head(self) -> str:
        """Return the head of the journal: it changes with anything that happens."""
        with closing(self.base()) as base:
            return str(base.execute("SELECT * FROM chain").fetchall())


def spaced(text: str) -> str:
    """Return a text with ordinary spaces, which tests can type."""
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def texts(value: Any) -> set[str]:
    """Return every text that a JSON value holds."""
    match value:
        case dict():
            return set().union(*map(texts, value.values()))
        case list():
            return set().union(*map(texts, value))
        case str():
            return {value}
        case _:
            return set()


def plain(text: str) -> None:
    """Check that an accounting agent may be shown this: French words, nothing of the machine's insides."""
    assert INSIDES.findall(text) == [], text
