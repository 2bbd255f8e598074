"""`engagement importer`, `tiers importer`, `credit importer`: registers of the finance software."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import registers as acts
from dematfin.cli.context import DEFAULT, Configuration, Rehearsal, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import complain, counted, say

engagements = family("Les engagements du logiciel financier.")
tiers = family("Les tiers (fournisseurs) du logiciel financier.")
credits_ = family("Les crédits disponibles, chapitre par chapitre.")

Source = Annotated[Path, typer.Argument(metavar="FICHIER.csv", help="Export CSV du logiciel financier.")]


@engagements.callback()
def about_engagements() -> None:
    """Les engagements du logiciel financier."""


@engagements.command("importer", cls=FrenchCommand)
def import_engagements(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les engagements ; ceux qui existent déjà sont mis à jour.

    Colonnes : budget, numero, libelle, tiers, montant, nature. Facultatives : fonction, operation, section (I ou F),
    chapitre, marche, solde (oui ou non), reste. Des titres différents se déclarent dans [logiciel_financier].
    """
    _import(acts.import_engagements, fichier, configuration, "engagement", essai=essai)


@tiers.callback()
def about_tiers() -> None:
    """Les tiers (fournisseurs) du logiciel financier."""


@tiers.command("importer", cls=FrenchCommand)
def import_tiers(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les tiers ; un compte bancaire nouveau attend d'être validé par deux personnes.

    Colonnes : reference, nom, identifiant, adresse, code_postal, ville, iban. Facultatives : type_identifiant,
    categorie, nature_juridique, complement, lieu_dit, bic, titulaire. Des titres différents se déclarent dans
    [logiciel_financier].
    """
    _import(acts.import_tiers, fichier, configuration, "tiers", essai=essai)


@credits_.callback()
def about_credits() -> None:
    """Les crédits disponibles, chapitre par chapitre."""


@credits_.command("importer", cls=FrenchCommand)
def import_credits(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les crédits disponibles par chapitre ; une facture qui les dépasse est retenue.

    Colonnes : budget, exercice, section (I ou F), chapitre, disponible. Des titres différents se déclarent dans
    [logiciel_financier].
    """
    _import(acts.import_credits, fichier, configuration, "crédit", essai=essai)


def _import(act: Callable[..., acts.Import], fichier: Path, configuration: Path, what: str, *, essai: bool) -> None:
    desk = sit(configuration)
    result = act(desk.app, desk.who, fichier, rehearse=essai)
    say(_rehearsed(result, what) if essai else _imported(result, what))
    for notice in result.notices:
        say(f"! {notice}", style="yellow")
    for problem in result.problems:
        complain(problem)
    if result.problems:
        raise typer.Exit(1)


def _rehearsed(result: acts.Import, what: str) -> str:
    return (
        f"Essai, rien n'est écrit : {counted(result.taken, what)} à importer, {result.new} à créer, "
        f"{result.changed} à modifier, {result.unchanged} sans changement{_refused(result)}."
    )


def _imported(result: acts.Import, what: str) -> str:
    return (
        f"{counted(result.taken, what)} importé{_s(result.taken)} : {counted(result.new, 'créé')}, "
        f"{counted(result.changed, 'modifié')}, {result.unchanged} sans changement{_refused(result)}."
    )


def _refused(result: acts.Import) -> str:
    refused = len(result.problems)
    return f" ; {counted(refused, 'ligne')} refusée{_s(refused)}" if refused else ""


def _s(number: int) -> str:
    return "s" if number > 1 else ""
