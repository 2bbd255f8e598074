"""`feuilles`: the sheets that part the invoices of a stack."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts.sheets import print_sheets
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import counted, say
from dematfin.domain.paper.sheet import Mark
from dematfin.errors import ConfigError
from dematfin.support.files import write_atomically
from dematfin.support.refusals import reason


def register(app: typer.Typer) -> None:
    """Add this command to the program."""
    app.command("feuilles", cls=FrenchCommand)(sheets)


def sheets(
    configuration: Configuration = DEFAULT,
    service: Annotated[
        str, typer.Option("--service", metavar="ROUTE", help="Route ou code service de [numerisation.routes].")
    ] = "",
    nombre: Annotated[int, typer.Option("--nombre", "-n", metavar="N", help="Combien de feuilles.")] = 20,
    annexe: Annotated[
        bool, typer.Option("--annexe", help="Feuilles à poser entre une facture et ses annexes.")
    ] = False,
    fin_de_lot: Annotated[
        int, typer.Option("--fin-de-lot", metavar="FACTURES", help="Feuille de fin, qui annonce ce nombre de factures.")
    ] = 0,
    sortie: Annotated[Path | None, typer.Option("--sortie", "-o", metavar="FICHIER", help="PDF à écrire.")] = None,
) -> None:
    """Imprime des feuilles de séparation (PDF), à poser devant chaque facture de la pile."""
    if not service and not fin_de_lot:
        message = "donnez la route ou le service des factures, par exemple --service SCOLAIRE."
        raise typer.BadParameter(message, param_hint="--service")
    desk = sit(configuration)
    mark = Mark.END if fin_de_lot else Mark.ANNEX if annexe else Mark.INVOICE
    name = str(fin_de_lot) if fin_de_lot else service
    count = 1 if fin_de_lot else nombre
    pdf, first, last = print_sheets(desk.app, desk.who, name, count, mark)
    target = sortie or Path(f"feuilles-{'fin' if fin_de_lot else service}-{first:06d}.pdf")
    try:
        write_atomically(target, pdf)
    except OSError as error:
        message = f"Les feuilles ne s'écrivent pas dans {target} : {reason(error)}. Choisissez ailleurs avec -o."
        raise ConfigError(message) from error
    say(f"{counted(count, 'feuille')} (n° {first:06d} à {last:06d}) : {target}")
    say("Imprimez-les en A4, taille réelle (100 %), sans ajuster à la page.")
