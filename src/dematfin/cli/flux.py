"""`flux liste|voir|en-cours|rapprocher`: flows from their making to their acquit, and what is still in flight."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated

import typer

from dematfin.acts import flow_story as acts
from dematfin.acts import reconciliation
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.fil import say_moments, say_standing
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import counted, day, instant, plain, say, table, weight, write_json
from dematfin.cli.rapprochement import show_reconciliation
from dematfin.cli.visas import DATES
from dematfin.domain import labels
from dematfin.domain.figures.in_flight import Awaited, InFlight
from dematfin.domain.figures.in_flight import counted as summed
from dematfin.domain.mandat.attempt import ATTEMPT
from dematfin.domain.mandat.said import reasons_of
from dematfin.domain.mandat.twins import SheetVerdict
from dematfin.domain.money import french
from dematfin.domain.reception import AnswerState
from dematfin.ports.app import App

USUAL = 30
"""Days that a comparison goes back."""
SHOWN = 12
"""Signs of a fingerprint that a screen shows; the JSON has them all."""
ANSWERED = {
    AnswerState.STORED: "réponse à lire",
    AnswerState.APPLIED: "réponse appliquée",
    AnswerState.QUARANTINED: "réponse illisible, en quarantaine",
    AnswerState.DIFFERENT: "réponse différente de la première, non appliquée",
}
app = family("Les flux : leur chemin jusqu'à l'acquit.")

Name = Annotated[str, typer.Argument(metavar="FLUX", help="NomFic (PESALR1_…), ou son numéro au TdT.")]


@app.command("liste", cls=FrenchCommand)
def list_flows(
    configuration: Configuration = DEFAULT,
    en_cours: Annotated[bool, typer.Option("--en-cours", help="Seulement ceux qui n'ont pas leur réponse.")] = False,
    json: Json = False,
) -> None:
    """Liste les flux, ce qu'ils portent et où ils en sont."""
    desk = sit(configuration)
    found = acts.listed(desk.app, desk.who, under_way=en_cours)
    if json:
        write_json(found)
        return
    table(
        ("Flux, puis ses bordereaux", "Mandats", "Total", "État"),
        [
            (
                f"{one.flux.id}\n  {', '.join(one.flux.bordereaux) or 'pièces seules'}",
                str(one.mandats),
                french(one.total),
                one.flux.acquit or labels.FLUX[one.flux.state],
            )
            for one in found
        ],
        right=(1, 2),
        words=(3,),
        empty="Aucun flux en cours." if en_cours else "Aucun flux : préparez un bordereau (bordereau preparer).",
    )


@app.command("voir", cls=FrenchCommand)
def show_flow(flux: Name, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre un flux : ce qu'il porte, qui l'a signé, ses dépôts, son acquit, la suite."""
    desk = sit(configuration)
    story = acts.story(desk.app, desk.who, flux)
    if json:
        write_json(story)
        return
    _identity(story)
    say_standing(story.standing)
    _carried(story)
    _deposits(desk.app, story)
    _answers(desk.app, story)
    say()
    say_moments(desk.app, story.moments, story.flux.id)


@app.command("en-cours", cls=FrenchCommand)
def show_in_flight(configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre ce qui est parti et attend encore une réponse, le plus ancien d'abord."""
    desk = sit(configuration)
    rows = acts.in_flight(desk.app, desk.who)
    if json:
        write_json(rows)
        return
    say_in_flight(rows)


def say_in_flight(rows: Sequence[InFlight]) -> None:
    """Draw what is in flight, then its parts and their sum."""
    table(
        ("Flux, puis ce qu'il attend", "Depuis", "Mandats", "Montant"),
        [(f"{one.nomfic}\n  {one.awaited}", one.age, str(one.mandats), french(one.total)) for one in rows],
        right=(1, 2, 3),
        empty="Rien n'est en vol : tout ce qui est parti a sa réponse.",
    )
    for awaited in Awaited:
        if any(one.awaited is awaited for one in rows):
            say(f"En attente ({awaited}) : {_sum(*summed(rows, awaited))}")
    if rows:
        say(f"En tout : {_sum(*summed(rows))}", style="bold")


@app.command("rapprocher", cls=FrenchCommand)
def reconcile(
    configuration: Configuration = DEFAULT,
    depuis: Annotated[
        datetime | None,
        typer.Option("--depuis", metavar="JJ/MM/AAAA", formats=DATES, help="Premier jour ; sans elle, trente jours."),
    ] = None,
    json: Json = False,
) -> None:
    """Compare ce qui est parti, ce que le TdT a et ce qui est revenu ; ne change rien."""
    desk = sit(configuration)
    today = desk.app.clock.today()
    since = depuis.date() if depuis else today - timedelta(days=USUAL)
    if since > today:
        message = f"le {day(since)} n'est pas encore là, rien n'est parti depuis. Donnez un jour passé."
        raise typer.BadParameter(message, param_hint="--depuis")
    found = reconciliation.compare(desk.app, desk.who, since)
    if json:
        write_json({"a_faire": found.to_do, **plain(found)})
    else:
        show_reconciliation(found)
    raise typer.Exit(1 if found.to_do else 0)


def _sum(flows: int, mandats: int, total: Decimal) -> str:
    return f"{flows} flux, {counted(mandats, 'mandat')}, {french(total)}"


def _identity(story: acts.FlowStory) -> None:
    flux = story.flux
    say(f"Flux {flux.id}", style="bold")
    say(f"{counted(len(story.mandats), 'mandat')}, {french(story.total)} · {counted(len(story.pieces), 'pièce')}")
    if flux.on_paper:
        say("Bordereau signé à la main, sur papier")
    elif flux.signed_by:
        say(f"Signé par {flux.signed_by}")
    if flux.replaces:
        say(f"Il remplace {flux.replaces}")
    if story.replaced_by:
        say(f"Il est remplacé par {', '.join(story.replaced_by)}")


def _carried(story: acts.FlowStory) -> None:
    judged = story.judged
    for sheet in story.sheets:
        say(f"\nBordereau {sheet.id} : {french(sheet.total)}{_judged(judged.get(sheet.id))}", style="bold")
        for one in (mandat for mandat in story.mandats if mandat.id in sheet.mandats):
            say(f"  Mandat {one.id} n° {one.number or '—'} : {french(one.amount)}, {labels.standing(one)}")
    for piece in story.pieces:
        said = story.said_of(piece)
        say(f"  Pièce {piece.label}, {weight(piece.document.size)}" + (f", {said}" if said else ""))


def _judged(told: SheetVerdict | None) -> str:
    if told is None:
        return ""
    if told.refused:
        return f", refusé par l'acquit : {reasons_of(told.refused)}"
    return ", accepté par l'acquit" if told.accepted else ", l'acquit ne dit rien de clair de lui"


def _deposits(app: App, story: acts.FlowStory) -> None:
    say()
    if story.flux.remote_id:
        say(f"Au TdT : dépôt n° {story.flux.remote_id}")
    for one in story.attempts:
        number = f", n° {one.remote_id}" if one.remote_id else ""
        said = f". {one.message}" if one.message else ""
        when = instant(app.clock.local(one.started_at))
        say(f"Dépôt {one.number} du {when} vers {one.transmitter} ({one.by}) : {ATTEMPT[one.state]}{number}{said}")
        say(f"  {weight(one.size)}, SHA-256 {one.sha256[:SHOWN]}…" + (f", SHA-1 {one.sha1}" if one.sha1 else ""))
    if story.flux.asked_at:
        say(f"TdT interrogé le {instant(app.clock.local(story.flux.asked_at))}")


def _answers(app: App, story: acts.FlowStory) -> None:
    for one in story.answers:
        when = instant(app.clock.local(one.received_at))
        what = f"{str(one.kind).capitalize()} « {one.name} » du {when} : {ANSWERED[one.state]}"
        say(f"{what}, {weight(one.document.size)}, SHA-256 {one.document.sha256[:SHOWN]}…")
        for remark in one.remarks:
            say(f"  {remark}", style="yellow")
        if one.seen:
            say(f"  {one.seen}")
