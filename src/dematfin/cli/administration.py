"""`personne liste|ajouter|retirer|mot-de-passe`: what an administrateur sets up."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated

import typer

from dematfin.acts import accounts
from dematfin.acts import administer as acts
from dematfin.acts.consult import people
from dematfin.cli.context import DEFAULT, Configuration, Json, ask, open_app, sit, system_account
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import say, table, write_json
from dematfin.domain.parties.person import Person, Role
from dematfin.errors import RuleError

persons = family("Les personnes et leurs rôles.")


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
        ("Personne", "Nom, courriel", "Rôles", "Bureaux"),
        [(one.id, f"{_name(one)}\n{one.email}".strip(), _each(one.roles), _each(one.desks)) for one in found],
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


def _each(words: Iterable[str]) -> str:
    """Return words one below the other: a narrow screen cuts none of them."""
    return "\n".join(sorted(words))
