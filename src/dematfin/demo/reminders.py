"""The reminders of the demonstration: they leave, and are read where the simulated mail server keeps them."""

from collections.abc import Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path

from dematfin.acts.run import run
from dematfin.demo.telling import told
from dematfin.domain.parties.person import Person
from dematfin.ports.app import App
from dematfin.steps.remind import remind


def reminders_leave(app: App, agent: Person, folder: Path) -> Iterator[str]:
    """Remind those who have visas to give, and tell to whom each mail went and what about."""
    yield from told(run(app, agent, remind))
    for path in sorted(folder.glob("*.eml")):
        mail = message_from_bytes(path.read_bytes(), policy=default)
        yield f"{mail['To']} : {mail['Subject']} ({folder.name}/{path.name})"
