"""`bordereau joindre`: the supporting documents of a mandat of an import."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import editor_pieces as acts
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.files import content
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say
from dematfin.cli.pieces import Nature
from dematfin.domain.labels import PIECE
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.steps.keeping import Given


def register(app: typer.Typer) -> None:
    """Add the command to a family."""
    app.command("joindre", cls=FrenchCommand)(attach)


def attach(
    import_: Annotated[str, typer.Argument(metavar="IMPORT", help="Par exemple E2026-000003.")],
    mandat: Annotated[str, typer.Argument(metavar="MANDAT", help="Son numéro dans le logiciel financier.")],
    fichiers: Annotated[list[str], typer.Argument(metavar="FICHIER…", help="Des PDF ou des images.")],
    nature: Annotated[Nature, typer.Option("--nature", metavar="NATURE", help=f"{', '.join(Nature)}.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Joint des pièces justificatives à un mandat d'un flux importé : état de paie, délibération, tableau d'emprunt."""
    desk = sit(configuration)
    kind = PieceKind(nature.upper())
    files = [Given(name=Path(name).name, data=content(Path(name)), kind=kind) for name in fichiers]
    for piece in acts.attach(desk.app, desk.who, import_.strip().upper(), mandat.strip(), files):
        say(f"Pièce {piece.id} jointe : « {piece.name} » ({PIECE[piece.kind]}), pour le mandat n° {mandat}.")
    say("Elle partira avec lui, à la prochaine préparation (dematfin bordereau preparer).")
