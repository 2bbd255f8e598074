"""`tiers sous-traitant …`, `tiers affacturage …`: who is paid in the place of whom."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import payees as acts
from dematfin.cli.amounts import euros
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.files import content
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import day, say, table, write_json
from dematfin.domain.mandat.pieces import PieceKind
from dematfin.domain.money import french
from dematfin.domain.parties.payee import Assignment
from dematfin.steps.keeping import Given

subcontractors = family("Les sous-traitants acceptés, payés directement.")
factors = family("Les créances cédées (affacturage, cession), confirmées par deux personnes.")

Deed = Annotated[Path, typer.Option("--document", metavar="FICHIER", help="PDF ou image de l'acte.")]
Why = Annotated[str, typer.Option("--motif", metavar="TEXTE", help="Pourquoi ; gardé au journal avec votre nom.")]
Call = Annotated[
    str, typer.Option("--rappel", metavar="TEXTE", help="Trace du contre-appel : qui, à quel numéro, trouvé où.")
]
Claim = Annotated[str, typer.Argument(metavar="CESSION", help="Identifiant, par exemple C2026-0001.")]
Marche = Annotated[str, typer.Option("--marche", metavar="NUMÉRO", help="Numéro du marché, par exemple 2025-17.")]


def register(tiers: typer.Typer) -> None:
    """Add who is paid in the place of a supplier to the family of suppliers."""
    tiers.add_typer(subcontractors, name="sous-traitant")
    tiers.add_typer(factors, name="affacturage")


@subcontractors.callback()
def about_subcontractors() -> None:
    """Les sous-traitants acceptés, payés directement."""


@subcontractors.command("ajouter", cls=FrenchCommand)
def accept(  # noqa: PLR0913 - an option each
    *,
    marche: Marche,
    titulaire: Annotated[str, typer.Option("--titulaire", metavar="RÉFÉRENCE", help="Tiers titulaire du marché.")],
    sous_traitant: Annotated[str, typer.Option("--tiers", metavar="RÉFÉRENCE", help="Tiers sous-traitant.")],
    plafond: Annotated[str, typer.Option("--plafond", metavar="EUROS", help="Plafond TTC (HT en autoliquidation).")],
    document: Deed,
    configuration: Configuration = DEFAULT,
    autoliquidation: Annotated[bool, typer.Option("--autoliquidation", help="Facturé et payé sans TVA.")] = False,
) -> None:
    """Enregistre un acte spécial (DC4) accepté ; une seconde fois, change son plafond."""
    ceiling = euros(plafond, "--plafond")
    desk = sit(configuration)
    new = acts.NewSubcontract(
        marche=marche, holder=titulaire, tiers=sous_traitant, ceiling=ceiling, reverse_charge=autoliquidation
    )
    deed = Given(name=document.name, data=content(document), kind=PieceKind.SOUS_TRAITANCE)
    contract = acts.accept_subcontract(desk.app, desk.who, new, deed)
    say(f"Acte {contract.id} : {contract.name} est payé directement, jusqu'à {french(contract.ceiling)}.")


@subcontractors.command("liste", cls=FrenchCommand)
def list_subcontracts(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les sous-traitants, leur plafond et ce qui leur est déjà mandaté."""
    desk = sit(configuration)
    found = acts.subcontracts(desk.app, desk.who)
    if json:
        write_json([one for one, _ in found])
        return
    table(
        ("Acte", "Marché", "Sous-traitant", "Plafond", "Mandaté", "TVA", "Retiré le"),
        [
            (
                one.id,
                one.marche,
                one.name,
                french(one.ceiling),
                french(ordered),
                "autoliquidation" if one.reverse_charge else "",
                day(one.ended_on),
            )
            for one, ordered in found
        ],
        right=(3, 4),
        words=(2,),
        empty="Aucun sous-traitant enregistré.",
    )


@subcontractors.command("retirer", cls=FrenchCommand)
def end_subcontract(
    acte: Annotated[str, typer.Argument(metavar="ACTE", help="Identifiant, vu dans « tiers sous-traitant liste ».")],
    motif: Why,
    configuration: Configuration = DEFAULT,
) -> None:
    """Met fin à une sous-traitance ; ses factures attendent désormais."""
    desk = sit(configuration)
    contract = acts.end_subcontract(desk.app, desk.who, acte, motif)
    say(f"Acte {contract.id} : {contract.name} n'est plus payé directement.")


@factors.callback()
def about_factors() -> None:
    """Les créances cédées (affacturage, cession), confirmées par deux personnes."""


@factors.command("ajouter", cls=FrenchCommand)
def hand_over(  # noqa: PLR0913 - an option each
    *,
    fournisseur: Annotated[str, typer.Option("--fournisseur", metavar="RÉFÉRENCE", help="Tiers qui a cédé.")],
    factor: Annotated[str, typer.Option("--factor", metavar="RÉFÉRENCE", help="Tiers à qui payer.")],
    notifiee: Annotated[
        datetime,
        typer.Option("--notifiee", metavar="JJ/MM/AAAA", formats=["%d/%m/%Y"], help="Notification au comptable."),
    ],
    document: Deed,
    rappel: Call,
    configuration: Configuration = DEFAULT,
    marche: Marche = "",
) -> None:
    """Enregistre une cession de créance, après un premier contre-appel ; sans --marche, elle vaut pour tout."""
    desk = sit(configuration)
    new = acts.NewAssignment(supplier=fournisseur, factor=factor, notified_on=notifiee.date(), marche=marche)
    deed = Given(name=document.name, data=content(document), kind=PieceKind.CESSION)
    _tell(acts.hand_over(desk.app, desk.who, new, deed, rappel))


@factors.command("valider", cls=FrenchCommand)
def confirm(cession: Claim, rappel: Call, configuration: Configuration = DEFAULT) -> None:
    """Confirme une cession après avoir rappelé le fournisseur ; il faut deux personnes différentes."""
    desk = sit(configuration)
    _tell(acts.confirm_assignment(desk.app, desk.who, cession, rappel))


@factors.command("liste", cls=FrenchCommand)
def list_assignments(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les cessions, celles qui attendent une seconde personne comprises."""
    desk = sit(configuration)
    found = acts.assignments(desk.app, desk.who)
    if json:
        write_json(found)
        return
    table(
        ("Cession", "Fournisseur", "Payée à", "Portée", "Notifiée le", "État"),
        [
            (one.id, one.supplier, one.payee, one.marche or "toutes ses factures", day(one.notified_on), _state(one))
            for one in found
        ],
        words=(1, 2, 5),
        empty="Aucune créance cédée.",
    )


@factors.command("retirer", cls=FrenchCommand)
def end_assignment(cession: Claim, motif: Why, configuration: Configuration = DEFAULT) -> None:
    """Termine une cession (mainlevée) : le fournisseur est de nouveau payé."""
    desk = sit(configuration)
    claim = acts.end_assignment(desk.app, desk.who, cession, motif)
    say(f"Cession {claim.id} terminée : {claim.supplier} est de nouveau payé.")


def _tell(claim: Assignment) -> None:
    rest = "confirmée par deux personnes." if claim.confirmed else "une autre personne doit rappeler à son tour."
    say(f"Cession {claim.id} de {claim.supplier} à {claim.payee} : {rest}")


def _state(claim: Assignment) -> str:
    if claim.ended_on:
        return f"terminée le {day(claim.ended_on)}"
    return "confirmée" if claim.confirmed else f"confirmée par {', '.join(call.by for call in claim.calls)} seulement"
