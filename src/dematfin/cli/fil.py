"""How a thread is shown: where the thing stands, who must act, then one line for each moment."""

from collections.abc import Iterable

from dematfin.acts import timeline as acts
from dematfin.cli.context import Desk
from dematfin.cli.output import counted, day, instant, say, write_json
from dematfin.domain import labels
from dematfin.domain.editor.editor_flow import EDITOR_FLOW_MACHINE
from dematfin.domain.event import Subject
from dematfin.domain.figures.next_step import Standing
from dematfin.domain.figures.timeline import Moment
from dematfin.domain.money import ZERO, french
from dematfin.ports.app import App
from dematfin.steps.thread import Records


def show_thread(desk: Desk, identifier: str, *, json: bool) -> None:
    """Tell the thread of whatever an identifier means."""
    found = acts.thread(desk.app, desk.who, identifier)
    if json:
        write_json(found)
        return
    say(f"{str(found.subject).capitalize()} {found.id}", style="bold")
    _linked(found.records, found.subject)
    say_standing(found.standing)
    say()
    say_moments(desk.app, found.moments, found.id)


def say_standing(standing: Standing) -> None:
    """Say where something stands and what comes next."""
    say(f"Situation : {standing.now}", style="bold")
    for why in standing.why:
        say(f"  {why}", style="yellow")
    if standing.coming or standing.who:
        who = f" ({standing.who})" if standing.who else ""
        say(f"La suite : {standing.coming or 'à faire'}{who}")
    if standing.command:
        say(f"  {standing.command}")


def say_moments(app: App, moments: Iterable[Moment], viewed: str) -> None:
    """Tell each moment on one line: when, to what, what, by whom."""
    for one in moments:
        when = instant(app.clock.local(one.at))
        about = "" if _is_it(one, viewed) else f"{one.about} "
        say(f"{when}  {about}{one.what}{_again(app, one)} ({one.who})")


def _is_it(moment: Moment, viewed: str) -> bool:
    return moment.keys == (viewed,) and moment.subject is not Subject.FOLDER


def _again(app: App, moment: Moment) -> str:
    if moment.times == 1:
        return ""
    return f", dit {moment.times} fois jusqu'au {instant(app.clock.local(moment.until))}"


def _linked(found: Records, subject: Subject) -> None:
    for invoice in found.invoices:
        content = invoice.content
        say(
            f"Facture {invoice.id} n° {invoice.number} de {content.supplier.name} : {french(invoice.signed_amount)} TTC"
        )
    if subject in {Subject.INVOICE, Subject.MANDAT}:
        for one in found.mandats:
            say(f"Mandat {one.id} n° {one.number or '—'} : {french(one.amount)}, {labels.standing(one)}")
    else:
        total = sum((sheet.total for sheet in found.sheets), ZERO)
        say(f"{counted(len(found.mandats), 'mandat')}, {french(total)}")
    for sheet in found.sheets:
        say(f"Bordereau {sheet.id} du {day(sheet.emitted_on)}")
    for export in found.imports:
        say(f"Import {export.id} ({export.name}) : {EDITOR_FLOW_MACHINE.words[export.state]}")
    for flux in found.flows:
        number = f", n° {flux.remote_id} au TdT" if flux.remote_id else ""
        say(f"Flux {flux.id} : {labels.FLUX[flux.state]}{f', {flux.acquit}' if flux.acquit else ''}{number}")
