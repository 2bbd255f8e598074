"""`ouvrier`, `ouvrier preparer|morts|relancer`: many collectivités without anybody, on PostgreSQL."""

from types import ModuleType
from typing import Annotated, Final

import typer

from dematfin.acts import relaunch as acts
from dematfin.cli.context import DEFAULT, Configuration, Json, chosen_house, chosen_houses, sit
from dematfin.cli.french import FrenchCommand, FrenchGroup
from dematfin.cli.output import instant, say, table, write_json
from dematfin.domain.unattended.run import DAY
from dematfin.errors import ConfigError
from dematfin.steps.day import KEYS
from dematfin.support import logs

EXTRA: Final = frozenset({"procrastinate", "psycopg", "psycopg_pool"})
app = typer.Typer(
    cls=FrenchGroup,
    help="Les ouvriers d'un syndicat : plusieurs processus, plusieurs machines, une base PostgreSQL.",
    add_completion=False,
    pretty_exceptions_enable=False,
    subcommand_metavar="[COMMANDE]",
)


@app.callback(invoke_without_command=True)
def work(
    context: typer.Context,
    configuration: Configuration = DEFAULT,
    simultanes: Annotated[
        int,
        typer.Option(
            "--simultanes",
            metavar="N",
            min=0,
            max=64,
            help="Collectivités servies à la fois ; 0 : comme la section service.",
        ),
    ] = 0,
    port: Annotated[
        int,
        typer.Option(
            "--port",
            metavar="PORT",
            min=-1,
            max=65535,
            help="Port de /healthz, /readyz et /metrics, un par ouvrier d'une machine ; -1 : comme la section service.",
        ),
    ] = -1,
) -> None:
    """Fait les journées de toutes les collectivités, à leurs heures, jusqu'à ce que le système l'arrête."""
    if context.invoked_subcommand:
        _refuse_misplaced(context)
        return
    workers = _workers()
    from dematfin.service.houses import Houses  # noqa: PLC0415 - heavy, and not needed to show a help text

    houses = Houses(configuration)
    asked = {"simultanees": simultanes or houses.service.simultanees, "port": houses.service.port if port < 0 else port}
    logs.speak_up()
    workers.Workers(houses, houses.service.model_copy(update=asked)).serve()


@app.command("preparer", cls=FrenchCommand)
def prepare(configuration: Configuration = DEFAULT) -> None:
    """Crée les tables des ouvriers dans la base ; à relancer sans crainte."""
    _workers()
    from dematfin.service.houses import Houses  # noqa: PLC0415 - idem
    from dematfin.service.queue import Queue  # noqa: PLC0415 - idem

    Queue(Houses(configuration).base).prepare()
    say("Les tables des ouvriers sont prêtes. Lancez-les : dematfin ouvrier.", style="green")


@app.command("morts", cls=FrenchCommand)
def show_given_up(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre les étapes mises de côté parce que le programme s'y arrêtait : elles attendent quelqu'un."""
    from dematfin.service.given_up import given_up  # noqa: PLC0415 - idem

    found = tuple(given_up(chosen_houses(configuration)))
    if json:
        write_json(found)
        return
    table(
        ("Collectivité", "", "Étape", "Depuis (UTC)", "Essais"),
        [(one.collectivite, one.name, one.key, instant(one.since), str(one.attempts)) for one in found],
        right=(4,),
        words=(1,),
        empty="Rien n'est mis de côté.",
    )
    if found:
        say("Prévenez l'exploitant, puis relancez : dematfin ouvrier relancer ÉTAPE --siret SIRET.")


@app.command("relancer", cls=FrenchCommand)
def relaunch(
    etape: Annotated[str, typer.Argument(metavar="ÉTAPE", help="Comme « ouvrier morts » la nomme.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Fait reprendre une étape mise de côté, une fois sa cause réparée."""
    from dematfin.service.given_up import queue_of  # noqa: PLC0415 - idem
    from dematfin.wiring import base_of  # noqa: PLC0415 - idem

    if etape not in {DAY, *KEYS.values()}:
        message = f"« {etape} » n'est pas une étape. Attendu : {', '.join(sorted({DAY, *KEYS.values()}))}."
        raise typer.BadParameter(message, param_hint="ÉTAPE")
    desk, house = sit(configuration), chosen_house(configuration)
    queue = queue_of(base_of(house.settings(), house.folder))
    if queue is None:
        acts.relaunch(desk.app, desk.who, etape)
        say(f"L'étape « {etape} » sera faite à la prochaine journée.", style="green")
        return
    dead = any((one.collectivite, one.key) == (house.siret, etape) for one in queue.dead())
    acts.relaunch(desk.app, desk.who, etape, lambda books, _: queue.bury(books, house.siret, etape), dead=dead)
    say(f"L'étape « {etape} » est confiée aux ouvriers.", style="green")


def _refuse_misplaced(context: typer.Context) -> None:
    """A configuration that is given before the command would be left aside, and another one used."""
    source = context.get_parameter_source("configuration")
    if source and source.name == "COMMANDLINE":
        message = f"écrivez-la après la commande : dematfin ouvrier {context.invoked_subcommand} -c FICHIER."
        raise typer.BadParameter(message, param_hint="-c")


def _workers() -> ModuleType:
    """Return what needs the extra; raises ConfigError where it is not installed."""
    try:
        from dematfin.service import workers  # noqa: PLC0415 - an extra, that one machine does without
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in EXTRA:
            raise
        message = "Il manque ce qui fait travailler les ouvriers. Installez-le : pip install 'dematfin[ouvriers]'."
        raise ConfigError(message) from error
    return workers
