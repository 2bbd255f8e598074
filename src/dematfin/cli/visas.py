"""`visa liste|viser|refuser`: what a head of service decides."""

from datetime import datetime
from typing import Annotated

import typer

from dematfin.acts import consult
from dematfin.acts import visa as acts
from dematfin.acts.run import tell_now
from dematfin.cli.context import DEFAULT, Configuration, Desk, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import account, day, say, table, write_json
from dematfin.domain.labels import MOTIVE
from dematfin.domain.money import french
from dematfin.domain.visa.folder import Motive

app = family("Les visas des chefs de service.")

Invoice = Annotated[str, typer.Argument(metavar="FACTURE", help="Identifiant, par exemple F2026-000012.")]
Comment = Annotated[str, typer.Option("--commentaire", metavar="TEXTE", help="Ce qu'il faut en savoir.")]


@app.command("liste", cls=FrenchCommand)
def list_folders(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les factures à viser, les plus pressées d'abord."""
    desk = sit(configuration)
    waiting = consult.queue(desk.app, desk.who)
    if json:
        write_json([{"visa": folder, "facture": invoice} for folder, invoice in waiting])
        return
    today = desk.app.clock.today()
    table(
        ("Facture", "À viser avant", "Bureau", "Fournisseur", "Numéro", "TTC"),
        [
            (
                invoice.id,
                day(folder.due_on) + (" (en retard)" if folder.is_late(today) else ""),
                folder.desk,
                invoice.content.supplier.name,
                invoice.number,
                french(invoice.signed_amount),
            )
            for folder, invoice in waiting
        ],
        right=(5,),
        words=(3,),
        empty="Aucune facture n'attend votre visa.",
    )


@app.command("viser", cls=FrenchCommand)
def approve(
    facture: Invoice,
    service_fait: Annotated[
        datetime,
        typer.Option(
            "--service-fait",
            metavar="JJ/MM/AAAA",
            formats=["%d/%m/%Y", "%Y-%m-%d"],
            help="Jour où le service a été fait.",
        ),
    ],
    configuration: Configuration = DEFAULT,
    commentaire: Comment = "",
) -> None:
    """Certifie que le service est fait."""
    desk = sit(configuration)
    acts.approve(desk.app, desk.who, facture, service_fait.date(), commentaire)
    say(f"Facture {facture} : service fait le {day(service_fait.date())}.")
    _inform(desk, facture)


@app.command("refuser", cls=FrenchCommand)
def refuse(
    facture: Invoice,
    motif: Annotated[Motive, typer.Option("--motif", metavar="MOTIF", help=f"Un de : {', '.join(Motive)}.")],
    commentaire: Comment,
    configuration: Configuration = DEFAULT,
) -> None:
    """Refuse une facture, avec un motif et une explication."""
    desk = sit(configuration)
    acts.refuse(desk.app, desk.who, facture, motif, commentaire)
    say(f"Facture {facture} : visa refusé ({MOTIVE[motif]}).")
    _inform(desk, facture)


def _inform(desk: Desk, facture: str) -> None:
    """Tell Chorus Pro at once; the decision stands, whatever it answers."""
    outcome = tell_now(desk.app, desk.who, facture)
    account(outcome)
    if outcome.failures:
        say("Votre décision est enregistrée ; la prochaine journée informera Chorus Pro dès qu'il l'acceptera.")
