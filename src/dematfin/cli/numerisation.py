"""`numerisation`: paper comes in, is cut into documents, and waits to be entered."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import paper
from dematfin.acts.run import run
from dematfin.cli import lots, saisie
from dematfin.cli.context import DEFAULT, Configuration, Json, chosen_house, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.manifest import leave, shown
from dematfin.cli.output import account, say, write_json
from dematfin.domain.paper.batch import Door
from dematfin.steps.capture import capture

app = family("Les factures papier : numérisation, découpage, saisie.")
lots.register(app)
saisie.register(app)


@app.command("relever", cls=FrenchCommand)
def collect(configuration: Configuration = DEFAULT) -> None:
    """Relève les dossiers surveillés, une fois : prend les fichiers complets, les découpe, lit ce qu'ils disent."""
    desk = sit(configuration)
    outcome = run(desk.app, desk.who, capture)
    account(outcome)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


@app.command("surveiller", cls=FrenchCommand)
def watch(configuration: Configuration = DEFAULT) -> None:
    """Relève les dossiers surveillés sans cesse, jusqu'à Ctrl-C."""

    desk = sit(configuration)
    every = chosen_house(configuration).settings().numerisation.intervalle
    say(f"Dossiers relevés toutes les {every} secondes. Ctrl-C pour arrêter.")
    try:
        for outcome in paper.keep_watch(desk.app, desk.who, every):
            account(outcome)
    except KeyboardInterrupt:
        say("Arrêté. Ce qui a été pris est enregistré.")


@app.command("traiter", cls=FrenchCommand)
def treat(
    dossier: Annotated[
        Path, typer.Argument(metavar="DOSSIER", help="Dossier de fichiers numérisés ; il reste intact.")
    ],
    configuration: Configuration = DEFAULT,
    json: Json = False,
    sans_feuilles: Annotated[
        bool, typer.Option("--sans-feuilles", help="Chaque fichier est déjà une seule facture.")
    ] = False,
    vers: Annotated[
        Path | None, typer.Option("--vers", metavar="DOSSIER", help="Où écrire les PDF (DOSSIER/decoupe sinon).")
    ] = None,
) -> None:
    """Découpe tous les fichiers d'un dossier, et dit ce qu'est devenue chaque page."""
    desk = sit(configuration)
    door = Door.SINGLE if sans_feuilles else Door.SHEETS
    outcome, batches = paper.treat_folder(desk.app, desk.who, dossier, door)
    manifest = leave(desk, batches, outcome, vers or dossier / "decoupe")
    if json:
        write_json(manifest | {"dossier": str(dossier)})
    else:
        account(outcome)
        shown(manifest)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)
