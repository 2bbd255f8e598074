"""Who may open the pages of the demonstration: one password, made on the spot."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from dematfin.acts.accounts import set_password
from dematfin.domain.parties.person import Person
from dematfin.ports.app import App

GUESTS: Final = (
    ("helene", "directrice", "/accueil, /chiffres"),
    ("claire", "agent", "/a-traiter, /papier, /factures, /bordereaux, /flux"),
    ("nadia", "cheffe de service", "/visas"),
    ("vous", "tous les rôles", "toutes les pages"),
)


def open_doors(app: App, you: Person, secret: Path) -> Iterator[str]:
    """Give the guests the password of a file; yield the lines that say how to come in, and what to look at."""
    password = secret.read_text(encoding="utf-8")
    yield f"{app.policy.web_url}, mot de passe {password}, identifiant :"
    for guest, role, pages in GUESTS:
        set_password(app, you, guest, password)
        yield f"  {guest} ({role}) : {pages}"
