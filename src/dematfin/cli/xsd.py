"""`xsd installer|verifier|version`: what judges the flows, and what it says of one."""

from pathlib import Path
from typing import Annotated, Final

import typer

from dematfin.acts import flows
from dematfin.cli.context import DEFAULT, Configuration, Json, chosen_house, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, day, say, write_json
from dematfin.domain.finding import Finding, Severity, blocking
from dematfin.domain.schemas import SchemaVersion

MARKS: Final = {Severity.BLOCKING: ("✗", "red"), Severity.WARNING: ("!", "yellow"), Severity.INFO: ("·", "")}
app = family("Les schémas qui jugent les flux PES.")

Flow = Annotated[Path, typer.Argument(metavar="FLUX", exists=True, dir_okay=False, help="Fichier PES_Aller.")]


@app.command("installer", cls=FrenchCommand)
def install(
    archive: Annotated[Path, typer.Argument(metavar="ARCHIVE", exists=True, dir_okay=False, help="Zip de la DGFiP.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Installe les schémas officiels de la DGFiP ; ils jugent chaque flux dès la commande suivante."""
    from dematfin.wiring import open_official  # noqa: PLC0415 - idem

    desk = sit(configuration)
    version = flows.install_schemas(desk.app, desk.who, open_official(chosen_house(configuration).settings()), archive)
    say(f"Schémas officiels {version.name} installés. Ils jugent les flux dès maintenant.", style="green")


@app.command("version", cls=FrenchCommand)
def show_version(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Dit quels schémas officiels sont installés."""
    from dematfin.wiring import open_official  # noqa: PLC0415 - idem

    version = open_official(chosen_house(configuration).settings()).version()
    if json:
        write_json(version)
    elif version is None:
        say("Aucun jeu officiel n'a été installé par dematfin (xsd installer ARCHIVE).")
    else:
        say(_described(version))


@app.command("verifier", cls=FrenchCommand)
def verify(flux: Flow, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Juge un flux PES_Aller, quel que soit le logiciel qui l'a écrit : schémas, puis règles d'Hélios."""
    desk = sit(configuration)
    found = flows.judge(desk.app, desk.who, flux)
    wrong = blocking(found)
    if json:
        write_json({"valide": not wrong, "problemes": found})
    else:
        for one in found:
            _show(one)
        _conclude(flux.name, len(wrong), len(found) - len(wrong))
    raise typer.Exit(1 if wrong else 0)


def _described(version: SchemaVersion) -> str:
    return f"Version {version.name}, installée le {day(version.installed_on)} (SHA-256 de l'archive {version.sha256})."


def _show(one: Finding) -> None:
    mark, style = MARKS[one.severity]
    say(f"{mark} {one.code} · {one.sentence}", style=style)
    if one.element:
        say(f"    où : {one.element}")
    if one.remedy:
        say(f"    à faire : {one.remedy}")


def _conclude(name: str, wrong: int, remarks: int) -> None:
    rest = f", {counted(remarks, 'remarque')}" if remarks else ""
    if wrong:
        say(f"{name} : Hélios le refuserait, {counted(wrong, 'problème')}{rest}.", style="red")
    else:
        say(f"{name} : rien ne s'y oppose{rest}. Sa signature se vérifie à part (signature verifier).", style="green")
