"""`facture chercher|ou-en-est`: an invoice found at once, and the paragraph for the supplier who asks."""

from datetime import datetime
from typing import Annotated

import typer

from dematfin.acts import search as acts
from dematfin.cli.amounts import euros
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import day, say, table, write_json
from dematfin.domain.figures.whereabouts import paragraph
from dematfin.domain.money import french

DATES = ["%d/%m/%Y", "%Y-%m-%d"]
Words = Annotated[str, typer.Argument(metavar="MOTS", help="Identifiant, numéro, fournisseur, ou mots d'un document.")]
Supplier = Annotated[str, typer.Option("--fournisseur", metavar="NOM", help="Mots du nom, SIREN ou SIRET.")]
Number = Annotated[str, typer.Option("--numero", metavar="NUMÉRO", help="Numéro de facture, même partiel.")]
Amount = Annotated[str, typer.Option("--montant", metavar="EUROS", help="Montant TTC, par exemple 120,50.")]
Engagement = Annotated[str, typer.Option("--engagement", metavar="NUMÉRO", help="Numéro d'engagement.")]
Iban = Annotated[str, typer.Option("--iban", metavar="FIN", help="Derniers signes de l'IBAN.")]
Mandat = Annotated[int | None, typer.Option("--mandat", metavar="N", min=1, help="Numéro de mandat.")]
InText = Annotated[str, typer.Option("--texte", metavar="MOTS", help="Mots de ses documents ou de ses lignes.")]
Since = Annotated[
    datetime | None,
    typer.Option("--depuis", metavar="JJ/MM/AAAA", formats=DATES, help="Facture datée de ce jour ou après."),
]
Until = Annotated[
    datetime | None,
    typer.Option("--jusque", metavar="JJ/MM/AAAA", formats=DATES, help="Facture datée de ce jour ou avant."),
]


def register(app: typer.Typer) -> None:
    """Add these commands to the family of invoices."""
    app.command("chercher", cls=FrenchCommand)(search)
    app.command("ou-en-est", cls=FrenchCommand)(where_is)


def search(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    mots: Words = "",
    configuration: Configuration = DEFAULT,
    json: Json = False,
    fournisseur: Supplier = "",
    numero: Number = "",
    montant: Amount = "",
    engagement: Engagement = "",
    iban: Iban = "",
    mandat: Mandat = None,
    texte: InText = "",
    depuis: Since = None,
    jusque: Until = None,
) -> None:
    """Cherche des factures, par un mot ou par critères ; tous doivent convenir."""
    wanted = acts.Criteria(
        words=mots,
        supplier=fournisseur,
        number=numero,
        amount=euros(montant, "--montant") if montant else None,
        engagement=engagement,
        iban_end=iban,
        mandat=mandat,
        text=texte,
        since=depuis.date() if depuis else None,
        until=jusque.date() if jusque else None,
    )
    desk = sit(configuration)
    found = acts.search(desk.app, desk.who, wanted)
    if json:
        write_json(found)
        return
    _show(found)


def _show(found: tuple[acts.Found, ...]) -> None:
    table(
        ("Facture", "Numéro", "Date", "Fournisseur", "TTC", "État"),
        [
            (
                one.invoice.id,
                one.invoice.number,
                day(one.invoice.issued_on),
                one.invoice.content.supplier.name,
                french(one.invoice.signed_amount),
                _standing(one),
            )
            for one in found
        ],
        right=(4,),
        words=(3, 5),
        empty="Aucune facture ne répond à ces critères.",
    )
    if len(found) == acts.SHOWN:
        say(f"Seules les {acts.SHOWN} plus récentes sont montrées : précisez la recherche.")


def _standing(found: acts.Found) -> str:
    number = found.mandat.number if found.mandat else 0
    stands = f"{found.label}, mandat {number}" if number else found.label
    return f"{stands} (dans le texte)" if found.in_text else stands


def where_is(
    facture: Annotated[
        str, typer.Argument(metavar="FACTURE", help="Identifiant, numéro Chorus Pro ou numéro du fournisseur.")
    ],
    configuration: Configuration = DEFAULT,
) -> None:
    """Écrit le paragraphe à coller dans la réponse au fournisseur qui demande où en est sa facture."""
    desk = sit(configuration)
    found = acts.one(desk.app, desk.who, facture)
    say(paragraph(found.invoice, found.mandat, desk.app.policy.days_for(found.invoice), desk.app.clock.today()))
