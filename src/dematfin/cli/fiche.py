"""`visa fiche`: the visa slip of an invoice, in PDF."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import visa_slip
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say
from dematfin.cli.visas import Invoice
from dematfin.errors import DocumentError
from dematfin.support.files import write_atomically
from dematfin.support.refusals import reason


def register(app: typer.Typer) -> None:
    """Add this command to the family of visas."""
    app.command("fiche", cls=FrenchCommand)(write_slip)


def write_slip(
    facture: Invoice,
    configuration: Configuration = DEFAULT,
    sortie: Annotated[
        Path | None, typer.Option("--sortie", "-o", metavar="FICHIER", help="Où écrire la fiche (PDF).")
    ] = None,
) -> None:
    """Écrit la fiche de visa d'une facture : qui a visé, quand, dans le délai ou non, au vu de quels documents."""
    desk = sit(configuration)
    slip = visa_slip.slip(desk.app, desk.who, facture)
    target = sortie or Path(slip.name)
    try:
        write_atomically(target, slip.pdf)
    except OSError as error:
        message = f"La fiche de visa de la facture {facture} ne s'écrit pas dans {target} : {reason(error)}."
        raise DocumentError(message) from error
    if slip.provisional:
        say(
            f"Fiche provisoire : {target}. La définitive est faite par la journée, dès que la décision ne peut plus "
            "être reprise."
        )
    else:
        say(f"Fiche de visa : {target}")
