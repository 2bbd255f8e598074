"""What every command needs first: the configuration, the wired collectivité, the person at the keyboard."""

import getpass
import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dematfin.acts.consult import people
from dematfin.cli.chosen import CHOSEN
from dematfin.domain.parties.person import Person
from dematfin.errors import Forbidden
from dematfin.ports.app import App

if TYPE_CHECKING:
    from dematfin.config.several import House

DEFAULT: Final = Path("config.toml")
Configuration = Annotated[
    Path,
    typer.Option(
        "--configuration", "-c", metavar="FICHIER", envvar="DEMATFIN_CONFIGURATION", help="Fichier de configuration."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Écrit le résultat en JSON, pour un programme.")]
Rehearsal = Annotated[bool, typer.Option("--essai", help="Dit ce qui serait fait, sans rien faire.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A wired collectivité and who uses it."""

    app: App
    who: Person


def sit(configuration: Path) -> Desk:
    """Open the chosen collectivité for the person whose system account runs the command; raises as `sit_in` does."""
    return sit_in(chosen_house(configuration))


def sit_in(house: "House") -> Desk:
    """Open one collectivité for the person whose system account runs the command: what it is elsewhere gives no right.

    Raises:
        ConfigError: the configuration is unusable.
        Forbidden: nobody has this system account here.
    """
    app = open_house(house)
    account = system_account()
    known = people(app)
    for person in known:
        if person.system_user == account and person.active:
            return Desk(app=app, who=person)
    who = "Un administrateur doit vous ajouter" if known else "Le registre est neuf, ajoutez-vous en administrateur"
    role = "RÔLE" if known else "administrateur"
    message = (
        f"Le compte système « {account} » n'est celui d'aucune personne connue. {who} : "
        f"dematfin personne ajouter IDENTIFIANT --nom NOM --role {role} --compte {account}"
    )
    raise Forbidden(message)


def open_app(configuration: Path) -> App:
    """Wire the collectivité that the command line has chosen in a configuration."""
    return open_house(chosen_house(configuration))


def open_house(house: "House") -> App:
    """Wire one collectivité."""
    from dematfin.wiring import build  # noqa: PLC0415 - heavy, and not needed to show a help text

    return build(house.settings(), house.folder, ask)


def chosen_house(configuration: Path) -> "House":
    """Return the collectivité that `--siret` has chosen in a configuration, or the only one; raises ConfigError."""
    from dematfin.config.several import house  # noqa: PLC0415 - heavy, and not needed to show a help text

    return house(configuration, CHOSEN.get())


def chosen_houses(configuration: Path) -> "tuple[House, ...]":
    """Return the collectivité that `--siret` has chosen in a configuration, or all of them; raises ConfigError."""
    from dematfin.config.several import house, houses  # noqa: PLC0415 - heavy, and not needed to show a help text

    chosen = CHOSEN.get()
    return (house(configuration, chosen),) if chosen else houses(configuration)


def ask(question: str) -> str:
    """Put a question whose answer is not shown."""
    return getpass.getpass(f"{question} : ")


def system_account() -> str:
    """Return the account of the system that runs this process, whatever the environment pretends; nameless, its number.

    Containers run under numbers that no file names.
    """
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
