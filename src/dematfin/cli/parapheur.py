"""`parapheur etat|relever`: the link with a bought i-Parapheur."""

import typer

from dematfin.acts import parapheur as acts
from dematfin.acts import run
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import account, say, table, write_json
from dematfin.domain.labels import REMOTE
from dematfin.ports.parapheur import Route
from dematfin.steps.parapheur import parapheur

app = family("L'i-Parapheur du commerce où se donnent les visas, s'il y en a un.")


@app.command("etat", cls=FrenchCommand)
def show(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Essaie le compte et les circuits, et montre les dossiers qui sont dans l'i-Parapheur."""
    desk = sit(configuration)
    standing = acts.standing(desk.app, desk.who)
    if json:
        write_json(standing)
    else:
        _tell(standing)
    if not standing.is_right:
        raise typer.Exit(5)


@app.command("relever", cls=FrenchCommand)
def poll(configuration: Configuration = DEFAULT) -> None:
    """Envoie les dossiers, relève ce qui y est décidé ; à lancer toutes les cinq à quinze minutes."""
    desk = sit(configuration)
    outcome = run.run(desk.app, desk.who, parapheur)
    account(outcome)
    if outcome.exit_code:
        raise typer.Exit(1)


def _tell(standing: acts.Standing) -> None:
    mark, style = ("✗", "red") if standing.trouble else ("✓", "green")
    say(f"{mark} i-Parapheur : {standing.trouble or 'il répond, le compte est accepté.'}", style=style)
    for route in standing.routes:
        _tell_route(route)
    table(
        ("Facture", "Dossier", "État", "Statut là-bas", "Depuis"),
        [
            (
                one.record.invoice_id,
                one.record.id,
                REMOTE[one.record.state],
                one.record.status or "—",
                f"{one.days} j",
            )
            for one in standing.folders
        ],
        right=(4,),
        words=(1, 3),
        empty="Aucun dossier dans l'i-Parapheur.",
    )
    for sentence in standing.alerts:
        say(f"! {sentence}", style="yellow")


def _tell_route(route: Route) -> None:
    whose = f" ({', '.join(route.services)})" if route.services else ""
    if route.trouble:
        say(f"✗ Circuit {route.label}{whose} : {route.trouble}", style="red")
    else:
        say(f"✓ Circuit {route.label}{whose} : {' puis '.join(route.steps) or 'personne'}", style="green")
