"""`echange liste|faire|absente|recu`: what is handed to the finance software, and the receipts."""

from typing import Annotated

import typer

from dematfin.acts import exchange
from dematfin.acts import run as acts
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import account, instant, say, table, write_json
from dematfin.domain.exchange.hand_over import WORDS, HandOver
from dematfin.ports.clock import Clock
from dematfin.steps.hand_over import hand_over

app = family("Les dossiers d'échange avec le logiciel financier : ce qui lui est remis, et les reçus.")


@app.command("liste", cls=FrenchCommand)
def show_list(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre ce qui a été remis au logiciel financier, les 500 dernières remises, et ce qui attend."""
    desk = sit(configuration)
    given = exchange.handed(desk.app, desk.who)
    due = exchange.waiting(desk.app, desk.who)
    aside = exchange.left_aside(desk.app, desk.who)
    if json:
        write_json({"remis": given, "en_attente": due, "remarques": aside})
        return
    clock = desk.app.clock
    table(
        ("Le", "Quoi", "Identifiant", "Fichiers", "État"),
        [(_when(one, clock), one.kind.value, one.key, ", ".join(one.names), WORDS[one.state]) for one in given],
        words=(2, 3, 4),
        empty="Rien n'a encore été remis au logiciel financier.",
    )
    for waiting in due:
        say(f"À remettre : {waiting.kind} {waiting.key}, {waiting.why}.")
    for sentence in aside:
        say(f"! {sentence}", style="yellow")


@app.command("faire", cls=FrenchCommand)
def do_it(configuration: Configuration = DEFAULT) -> None:
    """Remet maintenant ce qui attend ; la journée le fait aussi. Relancée, elle ne remet rien deux fois."""
    desk = sit(configuration)
    outcome = acts.run(desk.app, desk.who, hand_over)
    account(outcome)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)


@app.command("absente", cls=FrenchCommand)
def not_there(
    factures: Annotated[list[str], typer.Argument(metavar="FACTURE…", help="Factures remises, par leur identifiant.")],
    configuration: Configuration = DEFAULT,
) -> None:
    """Dit que des factures remises ne sont pas, ou plus, dans le logiciel financier : visées, elles y repartent."""
    desk = sit(configuration)
    for facture in factures:
        say(f"{exchange.absent(desk.app, desk.who, facture)}.")


@app.command("recu", cls=FrenchCommand)
def show_receipt(
    identifiant: Annotated[
        str, typer.Argument(metavar="IDENTIFIANT", help="Facture, bordereau ou réponse, comme la liste les nomme.")
    ],
    configuration: Configuration = DEFAULT,
    json: Json = False,
) -> None:
    """Montre le reçu d'une remise : quand, sous quels noms, avec quelles empreintes."""
    desk = sit(configuration)
    found = exchange.receipt(desk.app, desk.who, identifiant)
    if json:
        write_json(found)
        return
    for one in found:
        say(f"{one.kind.capitalize()} {one.key} · {WORDS[one.state]} · remise {one.delivery}", style="bold")
        say(f"  préparée le {instant(desk.app.clock.local(one.staged_at))}")
        if one.done_at:
            say(f"  en place le {instant(desk.app.clock.local(one.done_at))}")
        for name, document in zip(one.names, one.documents, strict=True):
            say(f"  {name} · {document.size} octets · SHA-256 {document.sha256}")


def _when(one: HandOver, clock: Clock) -> str:
    return instant(clock.local(one.done_at or one.staged_at))
