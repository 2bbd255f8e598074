"""`budget ouvrir|liste`, `personne liste|ajouter|retirer|mot-de-passe`: what an administrateur sets up."""

from dataclasses import replace
from decimal import Decimal
from typing import Annotated

import typer

from dematfin.acts import accounts
from dematfin.acts import administer as acts
from dematfin.acts.consult import budget_years, people
from dematfin.cli.context import DEFAULT, Configuration, Json, ask, open_app, sit, system_account
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import say, table, write_json
from dematfin.domain import money
from dematfin.domain.mandat.budget import BudgetYear, budget_year_id
from dematfin.domain.parties.person import Person, Role
from dematfin.errors import RuleError

budgets = family("Les budgets.")
persons = family("Les personnes et leurs rôles.")


@budgets.callback()
def about_budgets() -> None:
    """Les budgets."""


@budgets.command("ouvrir", cls=FrenchCommand)
def open_budget(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    budget: Annotated[str, typer.Argument(metavar="BUDGET", help="Code du budget dans la configuration.")],
    exercice: Annotated[
        int, typer.Option("--exercice", metavar="ANNÉE", min=2000, max=2099, help="Exercice à ouvrir.")
    ],
    dernier_mandat: Annotated[
        int, typer.Option("--dernier-mandat", metavar="N", min=0, help="Dernier n° de mandat utilisé.")
    ],
    dernier_bordereau: Annotated[
        int, typer.Option("--dernier-bordereau", metavar="N", min=0, help="Dernier n° de bordereau utilisé.")
    ],
    configuration: Configuration = DEFAULT,
    cumul: Annotated[str, typer.Option("--cumul", metavar="EUROS", help="Déjà mandaté cette année.")] = "0",
    derniere_annulation: Annotated[
        int, typer.Option("--derniere-annulation", metavar="N", min=0, help="Dernier n° de mandat d'annulation.")
    ] = 0,
    dernier_bordereau_annulation: Annotated[
        int, typer.Option("--dernier-bordereau-annulation", metavar="N", min=0, help="Dernier bordereau d'annulation.")
    ] = 0,
    cumul_annulation: Annotated[
        str, typer.Option("--cumul-annulation", metavar="EUROS", help="Déjà annulé ou réduit cette année.")
    ] = "0",
) -> None:
    """Ouvre un budget pour un exercice : ses numéros partent de là, une fois pour toutes."""
    desk = sit(configuration)
    siret = desk.app.policy.budget_named(budget).siret
    year = BudgetYear(
        id=budget_year_id(siret, exercice),
        siret=siret,
        exercice=exercice,
        last_mandat=dernier_mandat,
        last_bordereau=dernier_bordereau,
        cumul=_euros(cumul, "--cumul"),
        last_reduction=derniere_annulation,
        last_reduction_bordereau=dernier_bordereau_annulation,
        reduced=_euros(cumul_annulation, "--cumul-annulation"),
    )
    acts.open_budget(desk.app, desk.who, year)
    say(f"Budget {budget.upper()} ouvert pour {exercice} : prochain mandat n° {dernier_mandat + 1}.")


@budgets.command("liste", cls=FrenchCommand)
def list_budgets(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les budgets et leurs exercices ouverts, avec les numéros d'où ils sont partis."""
    desk = sit(configuration)
    opened = budget_years(desk.app, desk.who)
    if json:
        write_json(list(opened))
        return
    names = {one.siret: one.code for one in desk.app.policy.budgets}
    table(
        ("Budget", "Exercice", "Mandats après", "Bordereaux après", "Cumul", "Annulations après", "Leurs bordereaux"),
        [
            (
                names.get(one.siret, one.siret),
                str(one.exercice),
                str(one.last_mandat),
                str(one.last_bordereau),
                money.french(one.cumul),
                str(one.last_reduction),
                str(one.last_reduction_bordereau),
            )
            for one in opened
        ],
        right=(1, 2, 3, 4, 5, 6),
        empty="Aucun budget ouvert : dematfin budget ouvrir BUDGET --exercice ANNÉE …",
    )


@persons.callback()
def about_persons() -> None:
    """Les personnes et leurs rôles."""


@persons.command("ajouter", cls=FrenchCommand)
def add_person(  # noqa: PLR0913, PLR0917 - an argument is an option of the command line
    identifiant: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Court et unique, par exemple cdupont.")],
    nom: Annotated[str, typer.Option("--nom", metavar="NOM", help="Nom affiché.")],
    role: Annotated[list[Role], typer.Option("--role", metavar="RÔLE", help=f"Un de : {', '.join(Role)}. Répétable.")],
    configuration: Configuration = DEFAULT,
    bureau: Annotated[
        list[str] | None, typer.Option("--bureau", metavar="SERVICE", help="Service visé par un viseur. Répétable.")
    ] = None,
    compte: Annotated[str | None, typer.Option("--compte", metavar="COMPTE", help="Son compte système.")] = None,
    courriel: Annotated[
        str | None, typer.Option("--courriel", metavar="ADRESSE", help="Adresse où lui rappeler ses visas.")
    ] = None,
) -> None:
    """Ajoute une personne, ou change ses rôles. La première doit être administrateur.

    Bureaux, compte et courriel d'une personne connue restent, sauf ceux que vous donnez (« --bureau "" » les retire).
    """
    app = open_app(configuration)
    account = system_account()
    known = people(app)
    before = next((one for one in known if one.id == identifiant), Person(id=identifiant, name=nom, roles=frozenset()))
    person = replace(
        before,
        name=nom,
        roles=frozenset(role),
        desks=frozenset(filter(None, bureau)) if bureau else before.desks,
        system_user=before.system_user if compte is None else compte,
        email=before.email if courriel is None else courriel,
        active=True,
    )
    who = next((one for one in known if one.system_user == account and one.active), None)
    acts.add_person(app, who, person)
    desks = f", bureaux {', '.join(sorted(person.desks))}" if person.desks else ""
    say(f"Personne enregistrée : {person.name} ({', '.join(sorted(person.roles))}{desks}).")


@persons.command("liste", cls=FrenchCommand)
def list_persons(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Liste les personnes, leurs rôles et leurs bureaux."""
    desk = sit(configuration)
    found = people(desk.app)
    if json:
        write_json(list(found))
        return
    table(
        ("Personne", "Nom", "Rôles", "Bureaux", "Courriel"),
        [(one.id, _name(one), ", ".join(sorted(one.roles)), ", ".join(sorted(one.desks)), one.email) for one in found],
        words=(2, 3),
    )


@persons.command("retirer", cls=FrenchCommand)
def retire_person(
    identifiant: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Personne qui s'en va.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Retire tous ses droits à une personne, tout de suite ; ce qu'elle a fait garde son nom."""
    desk = sit(configuration)
    gone = acts.retire_person(desk.app, desk.who, identifiant)
    say(f"{gone.name} n'a plus aucun droit. « personne ajouter {identifiant} » les lui rendrait.")


@persons.command("mot-de-passe", cls=FrenchCommand)
def set_password(
    identifiant: Annotated[str, typer.Argument(metavar="IDENTIFIANT", help="Personne qui s'en servira.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Donne un mot de passe pour les pages (dematfin web) ; il est demandé deux fois et jamais affiché."""
    desk = sit(configuration)
    password = ask(f"Mot de passe de {identifiant}")
    if ask("Le même, encore une fois") != password:
        message = "Les deux mots de passe diffèrent : rien n'est changé."
        raise RuleError(message)
    accounts.set_password(desk.app, desk.who, identifiant, password)
    say(f"Mot de passe enregistré pour {identifiant}.")


def _name(person: Person) -> str:
    return person.name if person.active else f"{person.name} (retirée)"


def _euros(text: str, option: str) -> Decimal:
    try:
        amount = money.euros(money.parse("".join(text.split()).replace(",", ".")))
    except ValueError as error:
        message = f"{error}."
        raise typer.BadParameter(message, param_hint=option) from error
    if amount < 0:
        message = "un montant déjà mandaté ne peut pas être négatif."
        raise typer.BadParameter(message, param_hint=option)
    return amount
