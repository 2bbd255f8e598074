"""`demo` and `sandbox demarrer`: dematfin tried without Chorus Pro, without a TdT, without a certificate."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from dematfin.cli.context import DEFAULT, Configuration, open_app
from dematfin.cli.etats import show
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import SCREEN, say
from dematfin.errors import ConfigError

if TYPE_CHECKING:
    from dematfin.demo.play import Play

EXCHANGE: Final = "echange"
LOST_ANSWER: Final = {"cut_after_store": 1}
"""The TdT takes the first flow and hangs up: what happens then is worth a scene."""
sandbox = family("Les voisins simulés d'une démonstration.")


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("demo", cls=FrenchCommand)(demonstrate)


def demonstrate(
    dossier: Annotated[
        Path, typer.Option("--dossier", metavar="DOSSIER", help="Dossier de la démonstration, vide ou déjà à elle.")
    ] = Path("demo"),
) -> None:
    """Joue toute la chaîne, de Chorus Pro au paiement, sur des voisins simulés."""
    from dematfin.demo.doors import open_doors  # noqa: PLC0415 - heavy, and only here
    from dematfin.demo.folder import DemoFolder  # noqa: PLC0415 - idem
    from dematfin.demo.neighbours import running  # noqa: PLC0415 - idem
    from dematfin.demo.play import Play  # noqa: PLC0415 - idem
    from dematfin.demo.story import load  # noqa: PLC0415 - idem
    from dematfin.demo.summary import leave  # noqa: PLC0415 - idem
    from dematfin.support.clock import SystemClock  # noqa: PLC0415 - idem

    folder = DemoFolder(root=dossier.resolve())
    story = load(SystemClock("Europe/Paris").today())
    folder.prepare(story, LOST_ANSWER)
    app = open_app(folder.config)
    with running(folder.config):
        play = Play(app=app, story=story, folder=folder.root)
        _perform(play)
    picture = leave(app, play.you(), folder)
    say()
    show(picture)
    _where_to_look(dossier, open_doors(app, play.you(), folder.root / "secrets" / "pages"))


def _perform(play: "Play") -> None:
    """Play the scenes one by one, with a progress bar."""
    scenes = play.scenes()
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=SCREEN, transient=True) as progress:
        task = progress.add_task("", total=len(scenes))
        for number, (title, scene) in enumerate(scenes, start=1):
            progress.update(task, description=title)
            say(f"{number}. {title}", style="bold")
            for line in scene():
                say(f"   {line}")
            progress.advance(task)


def _where_to_look(folder: Path, pages: Iterable[str]) -> None:
    config = shlex.quote(str(folder / "config.toml"))
    program = "dematfin" if shutil.which("dematfin") else os.path.relpath(Path(sys.executable).with_name("dematfin"))
    say(f"\nTout est dans {folder} : chiffres/ (ceux du mois, en html, xlsx, csv et json), rapport.html et")
    say("livre-….html, celui que la maire lit avant de signer (dans un navigateur), resume.json, pes/, courriels/,")
    say("config.toml.")
    say("Pour essayer vous-même, relancez les voisins dans un autre terminal :")
    say(f"  {program} sandbox demarrer -c {config}")
    say("puis, par exemple :")
    say(f"  {program} visa liste -c {config}")
    for export in sorted((folder / EXCHANGE / "exports").glob("*.XML")):
        say(f"  {program} bordereau importer {shlex.quote(str(export))} -c {config}")
    say(f"  {program} bordereau signer -c {config}")
    say(f"  {program} bordereau transmettre -c {config}")
    say(f"  {program} journee -c {config}")
    say(f"  {program} facture chercher --texte voirie -c {config}   # la journée a lu les documents")
    say(f"  {program} web -c {config}")
    for line in pages:
        say(f"    {line}")


@sandbox.callback()
def about() -> None:
    """Les voisins simulés d'une démonstration."""


@sandbox.command("demarrer", cls=FrenchCommand)
def start(configuration: Configuration = DEFAULT) -> None:
    """Démarre les voisins simulés d'un dossier de démonstration, avec leur mémoire, jusqu'à Ctrl-C."""
    from dematfin.config.several import load as load_settings  # noqa: PLC0415 - heavy, and only here
    from dematfin.sandbox.neighbours import Neighbours, serve  # noqa: PLC0415 - idem

    settings = load_settings(configuration)
    if settings.bac_a_sable is None:
        message = (
            f"La configuration {configuration} n'est pas celle d'une démonstration (section [bac_a_sable] absente)."
        )
        raise ConfigError(message)

    def ready(neighbours: Neighbours) -> None:
        addresses = f"Chorus Pro {neighbours.chorus_url}, S²LOW {neighbours.s2low_url}"
        print(f"Voisins prêts : {addresses}, courriel {neighbours.mail_address}", flush=True)

    serve(settings.bac_a_sable.dossier, ready)
