"""`web`: the pages of the heads of service."""

import typer

from dematfin.cli.context import DEFAULT, Configuration, ask
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say
from dematfin.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("web", cls=FrenchCommand)(serve_pages)


def serve_pages(configuration: Configuration = DEFAULT) -> None:
    """Sert les pages des visas, jusqu'à Ctrl-C ; en production, derrière un mandataire inverse qui chiffre."""
    from dematfin.config import load  # noqa: PLC0415 - heavy, and not needed to show a help text
    from dematfin.web.server import serve  # noqa: PLC0415 - idem
    from dematfin.wiring import build  # noqa: PLC0415 - idem

    settings = load(configuration)
    web = settings.web
    app = build(settings, configuration.resolve().parent, ask)
    known_as = f", pour {web.url}" if web.url else ""
    say(f"Pages servies sur http://{web.ecoute}:{web.port}{known_as}. Ctrl-C pour arrêter.")
    try:
        serve(app, web)
    except OSError as error:
        message = f"L'adresse {web.ecoute}:{web.port} ne peut pas être ouverte : {error.strerror}. Changez [web]."
        raise ConfigError(message) from error
