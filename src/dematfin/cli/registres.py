"""`engagement importer`, `tiers importer`, `credit importer`: registers of the finance software."""

from pathlib import Path
from typing import Annotated

import typer

from dematfin.acts import registers as acts
from dematfin.cli.context import DEFAULT, Configuration, Rehearsal, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import complain, counted, say

engagements = family("Les engagements du logiciel financier.")
tiers = family("Les tiers (fournisseurs) du logiciel financier.")
credits_ = family("Les crédits disponibles du logiciel financier, par chapitre.")

Source = Annotated[Path, typer.Argument(metavar="FICHIER.csv", help="Export CSV du logiciel financier.")]


@engagements.callback()
def about_engagements() -> None:
    """Les engagements du logiciel financier."""


@engagements.command("importer", cls=FrenchCommand)
def import_engagements(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les engagements ; ceux qui existent déjà sont mis à jour.

    Colonnes : budget, numero, libelle, tiers, montant, nature. Facultatives : fonction, operation, section (I ou F),
    chapitre, marche, reste, solde (oui ou non), date (de la commande). D'autres titres se déclarent dans
    \\[logiciel_financier].
    """
    desk = sit(configuration)
    _tell(acts.import_engagements(desk.app, desk.who, fichier, rehearse=essai), "engagement", rehearsed=essai)


@tiers.callback()
def about_tiers() -> None:
    """Les tiers (fournisseurs) du logiciel financier."""


@tiers.command("importer", cls=FrenchCommand)
def import_tiers(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les tiers ; ceux qui existent déjà sont mis à jour, un compte bancaire nouveau reste à valider.

    Colonnes : reference, nom, identifiant, adresse, code_postal, ville, iban. Facultatives : type_identifiant,
    categorie, nature_juridique, civilite, prenom, complement_nom, complement, lieu_dit, pays (code INSEE), bic,
    titulaire. D'autres titres se déclarent dans \\[logiciel_financier].
    """
    desk = sit(configuration)
    _tell(acts.import_tiers(desk.app, desk.who, fichier, rehearse=essai), "tiers", rehearsed=essai)


@credits_.callback()
def about_credits() -> None:
    """Les crédits disponibles du logiciel financier, par chapitre."""


@credits_.command("importer", cls=FrenchCommand)
def import_credits(fichier: Source, configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Importe les crédits disponibles de chaque chapitre ; ceux qui existent déjà sont mis à jour.

    Colonnes : budget, exercice, section (I ou F), chapitre, disponible. D'autres titres se déclarent dans
    \\[logiciel_financier].
    """
    desk = sit(configuration)
    _tell(acts.import_credits(desk.app, desk.who, fichier, rehearse=essai), "crédit", rehearsed=essai)


def _tell(result: acts.Import, what: str, *, rehearsed: bool) -> None:
    done = "à importer" if rehearsed else f"importé{'s' if result.taken > 1 else ''}"
    detail = ", ".join(
        (
            counted(result.new, "ajouté"),
            counted(result.changed, "modifié"),
            counted(result.unchanged, "inchangé"),
            counted(len(result.problems), "refusé"),
        )
    )
    say(f"{counted(result.taken, what)} {done} ({detail}).")
    for notice in result.notices:
        say(f"! {notice}", style="yellow")
    for problem in result.problems:
        complain(problem)
    if rehearsed:
        say("Essai : rien n'est écrit.")
    if result.problems:
        raise typer.Exit(1)
