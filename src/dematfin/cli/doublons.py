"""`doublon decider` and `tiers iban liste|valider`: two questions that only people answer."""

from enum import StrEnum
from typing import Annotated

import typer

from dematfin.acts import bank, doubles
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.decisions import Key, Why, carry_on, tell
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import day, say, table, write_json
from dematfin.domain.invoice.lifecycle import InvoiceState
from dematfin.domain.parties.iban import mask

app = family("Les factures qui se ressemblent.")
iban = family("Les comptes bancaires des fournisseurs, validés par deux personnes.")


def register(tiers: typer.Typer) -> None:
    """Add the bank accounts to the family of suppliers."""
    tiers.add_typer(iban, name="iban")


class Verdict(StrEnum):
    """What a person says of two invoices."""

    TWO = "distinctes"
    ONE_TWICE = "doublon"


@app.callback()
def about() -> None:
    """Les factures qui se ressemblent."""


@app.command("decider", cls=FrenchCommand)
def decide(
    facture: Key,
    avec: Annotated[str, typer.Option("--avec", metavar="FACTURE", help="L'autre facture.")],
    verdict: Annotated[Verdict, typer.Option("--verdict", metavar="VERDICT", help="« distinctes » ou « doublon ».")],
    motif: Why,
    configuration: Configuration = DEFAULT,
) -> None:
    """Dit si deux factures sont distinctes, ou la même deux fois : un doublon est rejeté dans Chorus Pro."""
    desk = sit(configuration)
    distinct = verdict is Verdict.TWO
    invoice = doubles.decide(desk.app, desk.who, facture, avec, motif, distinct=distinct)
    if invoice.state is InvoiceState.REFUSED:
        tell(desk, invoice)
    else:
        carry_on(desk, invoice)


@iban.command("liste", cls=FrenchCommand)
def list_accounts(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les comptes nouveaux ou changés pour lesquels il faut rappeler le fournisseur."""
    desk = sit(configuration)
    waiting = bank.waiting(desk.app, desk.who)
    if json:
        write_json(waiting)
        return
    table(
        ("Fournisseur", "SIREN", "Compte", "Vu dans", "Le", "Déjà confirmé par"),
        [
            (
                one.name,
                one.siren,
                mask(one.iban),
                one.seen_in,
                day(one.seen_on),
                ", ".join(call.by for call in one.calls) or "personne",
            )
            for one in waiting
        ],
        words=(0, 5),
        empty="Aucun compte bancaire n'attend de validation.",
    )


@iban.command("valider", cls=FrenchCommand)
def confirm(
    compte: Annotated[str, typer.Argument(metavar="COMPTE", help="IBAN, ou facture qui le porte (F2026-000012).")],
    rappel: Annotated[
        str,
        typer.Option("--rappel", metavar="TEXTE", help="Trace du contre-appel : qui, à quel numéro, trouvé où."),
    ],
    configuration: Configuration = DEFAULT,
) -> None:
    """Confirme un compte après avoir rappelé le fournisseur ; il faut deux personnes différentes."""
    desk = sit(configuration)
    account = bank.confirm(desk.app, desk.who, compte, rappel)
    if account.cleared:
        say(
            f"Compte {mask(account.iban)} de {account.name} : validé par deux personnes. Les factures qui "
            "l'attendaient sont contrôlées de nouveau ; la prochaine journée les remettra aux chefs de service."
        )
    else:
        say(
            f"Compte {mask(account.iban)} de {account.name} : votre rappel est enregistré. Une autre personne doit "
            "rappeler le fournisseur à son tour."
        )
