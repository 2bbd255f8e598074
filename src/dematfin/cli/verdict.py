"""`mandat voir`: what became of a mandat, why, who must act, what to type."""

import typer

from dematfin.acts import verdict as acts
from dematfin.acts.verdict import Followed
from dematfin.cli.context import DEFAULT, Configuration, Json, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.mandats import Key, show_lines
from dematfin.cli.output import day, say, write_json
from dematfin.domain import labels
from dematfin.domain.mandat.codes import said
from dematfin.domain.mandat.explanation import Explanation
from dematfin.domain.mandat.mandat import UNANSWERED, Mandat
from dematfin.domain.mandat.rubriques import RUBRIQUES, Rubrique
from dematfin.domain.money import french


def register(mandats: typer.Typer) -> None:
    """Add this command to the family of mandats."""
    mandats.command("voir", cls=FrenchCommand)(show)


def show(mandat: Key, configuration: Configuration = DEFAULT, json: Json = False) -> None:
    """Montre un mandat et ce qu'il devient : où il en est, pourquoi, qui doit agir, la commande qui suit."""
    desk = sit(configuration)
    found = acts.follow(desk.app, desk.who, mandat)
    if json:
        write_json(found)
        return
    say(f"{found.mandat.id} · {found.mandat.tiers.name} · {french(found.mandat.amount)}", style="bold")
    if found.mandat.editor:
        what = said(found.mandat.codes)
        say(f"Mandat n° {found.mandat.number} du logiciel financier{f' ({what})' if what else ''}")
    say(f"{found.mandat.label} ({_paid(found.mandat)})")
    if found.mandat.state in UNANSWERED:
        _say_waiting(found)
    else:
        _say_verdict(found.verdict)
    show_lines(found.mandat)
    _say_way(found)


def _paid(mandat: Mandat) -> str:
    """Say what it pays; without an invoice, under which heading."""
    if mandat.invoice_ids or mandat.origin:
        return f"factures : {', '.join(mandat.invoice_ids) or 'aucune'}"
    heading = f", {RUBRIQUES[Rubrique(mandat.rubrique)]}" if mandat.rubrique else ""
    return f"sans facture{heading}{f', régie n° {mandat.regie}' if mandat.regie else ''}"


def _say_waiting(found: Followed) -> None:
    """Whom a mandat waits for is whom its flow waits for, until that one is answered."""
    say()
    say(found.standing.now, style="bold")
    say(f"La suite : {found.standing.coming}")
    say(f"Qui doit agir : {found.standing.who}")
    if found.standing.command:
        say(f"À faire : {found.standing.command}")


def _say_verdict(verdict: Explanation) -> None:
    say()
    say(verdict.what, style="bold")
    for one in verdict.causes:
        say(f"  ! {one.why}", style="yellow")
        if one.remedy:
            say(f"    {str(one.who).capitalize()}{' : ' if one.who else ''}{one.remedy}")
    if verdict.who:
        say(f"Qui doit agir : {verdict.who}")
    if verdict.command:
        say(f"À faire : {verdict.command}")
    if verdict.then:
        say(f"Puis : {verdict.then}")


def _say_way(found: Followed) -> None:
    mandat = found.mandat
    if mandat.paid:
        say(f"Versé : {french(mandat.paid)} sur {french(mandat.amount)}, en dernier le {day(mandat.paid_on) or '?'}")
    _say_doubt(mandat)
    for words, when in (
        ("Pris en charge le", mandat.taken_on),
        ("Suspendu le", mandat.held_on),
        ("Rejeté le", mandat.rejected_on),
    ):
        if when:
            say(f"{words} {day(when)}")
    for sheet in found.bordereaux:
        here = f", sous le n° {mandat.number}" if sheet.id == mandat.bordereau and mandat.number else ""
        say(f"Bordereau {sheet.id} du {day(sheet.emitted_on)}{here}")
    for flux in found.flows:
        answer = f", acquit {flux.acquit}" if flux.acquit else ""
        say(f"Flux {flux.id} : {labels.FLUX[flux.state]}{answer}")
        if flux.message:
            say(f"  {flux.message}", style="yellow")
    if mandat.burnt:
        say(f"Numéros qui ne serviront plus : {', '.join(map(str, mandat.burnt))}")


def _say_doubt(mandat: Mandat) -> None:
    if mandat.doubt:
        close = f'Une fois vu avec lui : dematfin flux constater {mandat.id} --vu --motif "…"'
        say(f"! {mandat.doubt}", style="yellow")
        say(f"  {mandat.doubt_seen or close}")
