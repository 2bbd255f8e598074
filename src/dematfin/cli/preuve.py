"""`facture preuve`: all that proves one invoice, in a folder that verifies itself far from here."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import proof as acts
from dematfin.acts.search import one
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say


def register(app: typer.Typer) -> None:
    """Add the command to the family of invoices."""
    app.command("preuve", cls=FrenchCommand)(write_proof)


def write_proof(
    facture: Annotated[
        str, typer.Argument(metavar="FACTURE", help="Identifiant, numéro Chorus Pro ou numéro du fournisseur.")
    ],
    dossier: Annotated[Path, typer.Argument(metavar="DOSSIER", help="Dossier à créer.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Fait le dossier de preuve d'une facture, qu'un auditeur vérifie sans dematfin ; le journal le note."""
    desk = sit(configuration)
    made = acts.make(desk.app, desk.who, one(desk.app, desk.who, facture).invoice.id, dossier)
    say(f"Dossier de preuve de la facture {made.invoice_id} écrit : {dossier}. Commencez par LISEZ-MOI.txt.")
    say(f"Empreinte de son manifeste, notée au journal : {made.seal}")
    say(f"À vérifier n'importe où : python3 {dossier / 'verifier.py'}")
    say("Il contient des comptes et des noms : ne le donnez qu'à qui doit le voir.", style="yellow")
