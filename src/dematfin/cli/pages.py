"""`web`: the pages of the heads of service."""

import errno

import typer

from dematfin.cli.context import DEFAULT, Configuration, ask, chosen_house
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say
from dematfin.errors import ConfigError
from dematfin.support import logs


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("web", cls=FrenchCommand)(serve_pages)


def serve_pages(configuration: Configuration = DEFAULT) -> None:
    """Sert les pages des visas, jusqu'à Ctrl-C ; en production, derrière un mandataire inverse qui chiffre."""
    from dematfin.web.server import listening_at, prepared  # noqa: PLC0415 - idem
    from dematfin.wiring import build  # noqa: PLC0415 - idem

    logs.speak_up()
    house = chosen_house(configuration)
    settings = house.settings()
    web = settings.web
    server = prepared(build(settings, house.folder, ask), web)
    where = f"{web.ecoute}:{web.port}"
    try:
        listening = listening_at(web.ecoute, web.port)
    except OSError as error:
        why = "ce port est déjà pris" if error.errno == errno.EADDRINUSE else error.strerror
        message = f"L'adresse {where} ne peut pas être ouverte : {why}. Changez « ecoute » ou « port » de [web]."
        raise ConfigError(message) from error
    known_as = f", pour {web.url}" if web.url else ""
    say(f"Pages servies sur http://{where}{known_as}. Ctrl-C pour arrêter.")
    server.run(sockets=[listening])
