"""`chiffres compter`: what the journal has told since last time is counted, for figures and reports."""

import typer

from dematfin.acts import run as acts
from dematfin.cli.context import DEFAULT, Configuration, sit
from dematfin.cli.french import FrenchCommand, family
from dematfin.cli.output import account
from dematfin.steps.tally import tally

app = family("Les chiffres : ce que le journal en dit, compté une fois.")


@app.command("compter", cls=FrenchCommand)
def count(configuration: Configuration = DEFAULT) -> None:
    """Compte ce que le journal dit de nouveau, pour les chiffres et les rapports ; la journée le fait aussi."""
    desk = sit(configuration)
    outcome = acts.run(desk.app, desk.who, tally)
    account(outcome)
    if outcome.exit_code:
        raise typer.Exit(outcome.exit_code)
