"""`visa relancer`: those who have visas to give are reminded of it."""

import typer

from dematfin.acts import run as acts
from dematfin.acts.rehearse import reminders as rehearse_reminders
from dematfin.cli.context import DEFAULT, Configuration, Rehearsal, sit
from dematfin.cli.french import FrenchCommand
from dematfin.cli.output import account, say
from dematfin.steps.remind import remind


def register(app: typer.Typer) -> None:
    """Add this command to the family of visas."""
    app.command("relancer", cls=FrenchCommand)(send_reminders)


def send_reminders(configuration: Configuration = DEFAULT, essai: Rehearsal = False) -> None:
    """Rappelle par courriel les visas qui attendent, une fois par échéance ; la journée le fait aussi."""
    desk = sit(configuration)
    if essai:
        for line in rehearse_reminders(desk.app, desk.who):
            say(line)
        return
    outcome = acts.run(desk.app, desk.who, remind)
    account(outcome)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)
