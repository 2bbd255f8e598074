"""Who may open the pages of the demonstration: one password, made on the spot."""

from pathlib import Path
from typing import Final

from dematfin.acts.accounts import set_password
from dematfin.domain.parties.person import Person
from dematfin.ports.app import App

GUESTS: Final = ("nadia", "paul", "vous")


def open_doors(app: App, you: Person, secret: Path) -> str:
    """Give the guests the password of a file; return the sentence that says how to come in."""
    password = secret.read_text(encoding="utf-8")
    for guest in GUESTS:
        set_password(app, you, guest, password)
    return f"{app.policy.web_url} : identifiant {', '.join(GUESTS[:-1])} ou {GUESTS[-1]}, mot de passe {password}"
