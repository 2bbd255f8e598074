"""`config modele|unites`: what an installation starts from, out of the program itself."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import counted, say
from dematfin.errors import ConfigError
from dematfin.support.files import write_atomically
from dematfin.support.refusals import reason
from dematfin.support.resources import file, folder

ONE: Final = "config.example.toml"
SEVERAL: Final = "config.syndicat.example.toml"
UNITS: Final = "exploitation"


def register(app: typer.Typer) -> None:
    """Add these commands to the family `config`."""
    app.command("modele", cls=FrenchCommand)(show_model)
    app.command("unites", cls=FrenchCommand)(write_units)


def show_model(
    syndicat: Annotated[bool, typer.Option("--syndicat", help="Le modèle de plusieurs collectivités.")] = False,
) -> None:
    """Écrit à l'écran le modèle de configuration, chaque clé expliquée : dematfin config modele > config.toml."""
    sys.stdout.write(file(SEVERAL if syndicat else ONE).read_text(encoding="utf-8"))


def write_units(
    dossier: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Par exemple /etc/systemd/system.")],
) -> None:
    """Copie dans un dossier les unités d'exemple pour systemd ; un fichier que vous avez changé n'est pas touché."""
    units = sorted(folder(UNITS).iterdir())
    kept = [unit.name for unit in units if not _copied(unit, dossier / unit.name)]
    say(f"{counted(len(units) - len(kept), 'unité')} dans {dossier}.", style="green")
    if kept:
        say(f"Laissé comme vous l'avez écrit : {', '.join(kept)}. Pour comparer, copiez-les dans un autre dossier.")


def _copied(unit: Path, target: Path) -> bool:
    """Tell whether the target now holds this unit; one that somebody wrote stays as it is."""
    content = unit.read_bytes()
    try:
        if target.exists():
            return target.read_bytes() == content
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, content)
    except OSError as error:
        message = f"{target} : {reason(error)}. Rien n'y a été écrit."
        raise ConfigError(message) from error
    return True
