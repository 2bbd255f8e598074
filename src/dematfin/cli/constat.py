"""`flux constater`: what a person has found out from the comptable, where answers leave a doubt."""

from typing import Annotated

import typer

from dematfin.acts import ascertain
from dematfin.cli.context import DEFAULT, Configuration, Desk, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import say
from dematfin.cli.transmission import Why, show_stake, to_go_on, typed
from dematfin.errors import RuleError

Name = Annotated[str, typer.Argument(metavar="NOM", help="Celui par lequel l'alerte commence : flux, réponse, mandat.")]
Yes = Annotated[bool, typer.Option("--accepte", help="Hélios a ce que porte ce flux.")]
No = Annotated[bool, typer.Option("--refuse", help="Hélios n'en a rien : ses mandats reviennent.")]
Seen = Annotated[bool, typer.Option("--vu", help="C'est vu avec le comptable, rien n'est à changer ici.")]


def register(flows: typer.Typer) -> None:
    """Add this command to the family of flows."""
    flows.command("constater", cls=FrenchCommand)(ascertained)


def ascertained(
    nom: Name,
    motif: Why,
    configuration: Configuration = DEFAULT,
    accepte: Yes = False,
    refuse: No = False,
    vu: Seen = False,
) -> None:
    """Tranche, avec le comptable, ce que des réponses laissent en doute, ou clôt leur alerte."""
    if accepte + refuse + vu != 1:
        message = "Donnez une de ces options, et une seule : --accepte, --refuse ou --vu. Rien n'est changé."
        raise RuleError(message)
    desk = sit(configuration)
    if accepte:
        _accepted(desk, nom, motif)
    elif refuse:
        _refused(desk, nom, motif)
    else:
        for remark in ascertain.see(desk.app, desk.who, nom, motif):
            say(f"Clos, en votre nom : {remark}")


def _accepted(desk: Desk, nomfic: str, motif: str) -> None:
    notes = ascertain.find_accepted(desk.app, desk.who, nomfic, motif)
    say(f"Flux {nomfic} : accepté par Hélios, constaté en votre nom. Rien n'en est à renvoyer.")
    for note in notes:
        say(f"! {note}", style="yellow")


def _refused(desk: Desk, nomfic: str, motif: str) -> None:
    found = ascertain.stake(desk.app, desk.who, nomfic)
    show_stake(found)
    say("Si Hélios avait ce flux, ces fournisseurs pourraient être payés deux fois. Le comptable doit l'avoir vérifié.")
    ascertain.find_refused(desk.app, desk.who, nomfic, motif, typed())
    say(f"Flux {nomfic} : refusé par Hélios, constaté en votre nom. Pour la suite : {to_go_on(found.flux)}")
