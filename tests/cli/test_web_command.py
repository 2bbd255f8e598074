"""`dematfin web` as a real process, and the passwords of its readers."""

import getpass
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest

from cli.office import Answer, Office, free_ports
from dematfin.acts import accounts
from dematfin.acts.consult import people
from dematfin.domain.event import Subject
from dematfin.domain.parties.person import Act

FRESH = "quatre mules sous la halle"


def listening_on(office: Office, port: int) -> None:
    """Write the port in the configuration."""
    text = office.config.read_text(encoding="utf-8")
    office.config.write_text(re.sub(r"\n\[web\][^\[]*", "\n", text) + f"\n[web]\nport = {port}\n", encoding="utf-8")


@contextmanager
def running(office: Office) -> Iterator[subprocess.Popen[str]]:
    """Run the command until the test is done with it."""
    command = [sys.executable, "-m", "dematfin", "web", "-c", str(office.config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate(timeout=20)


@pytest.mark.parametrize(
    ("how", "code"), [(signal.SIGTERM, {0, -signal.SIGTERM}), (signal.SIGINT, {0, 130, -signal.SIGINT})]
)
def test_the_pages_are_served_until_told_to_stop(how: signal.Signals, code: set[int], copy: Office) -> None:
    port = next(free_ports())
    listening_on(copy, port)
    with running(copy) as process:
        assert process.stdout is not None
        assert f"http://127.0.0.1:{port}" in process.stdout.readline()
        page = httpx.get(f"http://127.0.0.1:{port}/connexion", timeout=60)
        assert (page.status_code, "Connexion" in page.text) == (200, True)
        process.send_signal(how)
        _, errors = process.communicate(timeout=30)
        assert process.returncode in code
        assert "Traceback" not in errors


def test_a_port_that_is_taken_is_told_in_french(copy: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        listening_on(copy, port)
        with running(copy) as process:
            out, errors = process.communicate(timeout=60)
    assert process.returncode == 2
    assert f"L'adresse 127.0.0.1:{port} ne peut pas être ouverte" in errors
    assert "Traceback" not in errors
    assert "servies" not in out


@pytest.fixture
def typing(copy: Office) -> Callable[..., Answer]:
    """Return what types the command, and these two answers where nobody can read them."""

    def command(who: str, *typed: str) -> Answer:
        answers = iter(typed)
        copy.patch.setattr(getpass, "getpass", lambda _: next(answers))
        return copy("personne", "mot-de-passe", who)

    return command


def test_a_password_is_given_without_being_shown_and_opens_the_pages(
    copy: Office, typing: Callable[..., Answer]
) -> None:
    with copy.opened() as app:
        who = next(one for one in people(app) if one.may(Act.VISA))
    answer = typing(who.id, FRESH, FRESH)
    assert (answer.code, answer.out) == (0, f"Mot de passe enregistré pour {who.id}.\n")
    assert FRESH not in answer.out + answer.err
    with copy.opened() as app:
        assert accounts.sign_in(app, who.id, FRESH) == who
        events = [one.event for one in app.ledger.history(Subject.PERSON, (who.id,))]
    assert events[-1].motif.startswith(f"mot de passe donné à {who.name} par ")
    assert FRESH not in "".join(str(one) for one in events)
    assert FRESH.encode() not in b"".join(path.read_bytes() for path in (copy.folder / "var").glob("registre.db*"))


@pytest.mark.parametrize(
    ("who", "typed", "words"),
    [
        ("nobody", (FRESH, FRESH), "« nobody » n'existe pas dans le registre"),
        ("", ("court", "court"), "12 à 200 caractères"),
        ("", ("aaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaaa"), "se devine"),
        ("", (FRESH, FRESH + " "), "diffèrent"),
        ("", ("x" * 201, "x" * 201), "12 à 200 caractères"),
    ],
)
def test_a_password_that_cannot_be_given_changes_nothing(
    who: str, typed: tuple[str, str], words: str, copy: Office, typing: Callable[..., Answer]
) -> None:
    with copy.opened() as app:
        somebody = next(one.id for one in people(app) if one.may(Act.VISA))
    before = copy.head()
    answer = typing(who or somebody, *typed)
    assert (answer.code, words in answer.err) == (3, True), answer.err
    assert copy.head() == before


def test_only_an_administrateur_gives_a_password_to_somebody_else(copy: Office, typing: Callable[..., Answer]) -> None:
    with copy.opened() as app:
        me = next(one for one in people(app) if one.system_user)
    copy.become("viseur")
    before = copy.head()
    refused = typing("luc", FRESH, FRESH)
    assert (refused.code, "il faut le rôle administrateur" in refused.err) == (3, True)
    assert copy.head() == before
    assert typing(me.id, FRESH, FRESH).code == 0
