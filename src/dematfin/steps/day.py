"""The daily order. Signing is never in it: it needs a person.

Flows that were signed leave before the answers are read, so that a deposit which failed yesterday is tried today.
Mails come last: a mail server that answers byte by byte keeps nothing else waiting.
"""

from collections.abc import Callable
from typing import Final

from dematfin.ports.app import App
from dematfin.steps.capture import capture
from dematfin.steps.control import control
from dematfin.steps.follow_up import follow_up
from dematfin.steps.intake import intake
from dematfin.steps.outcome import Outcome
from dematfin.steps.parapheur import has_folders_there, parapheur
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.remind import remind
from dematfin.steps.slips import slips
from dematfin.steps.tell import tell
from dematfin.steps.transmit import transmit
from dematfin.steps.visa import visa

Step = Callable[[App], Outcome]

DAY: Final[tuple[Step, ...]] = (
    reconcile,
    intake,
    capture,
    control,
    visa,
    parapheur,
    slips,
    transmit,
    follow_up,
    prepare,
    remind,
)

NAMES: Final[dict[Step, str]] = {
    reconcile: "réconciliation",
    intake: "import",
    capture: "numérisation",
    control: "contrôle",
    visa: "visa",
    slips: "fiches de visa",
    remind: "rappels",
    parapheur: "parapheur",
    transmit: "transmission",
    follow_up: "suivi",
    prepare: "préparation des bordereaux",
}

LEASES: Final[dict[Step, str]] = {
    reconcile: "transmission",  # while a deposit runs elsewhere, nobody may judge that it was interrupted
    transmit: "transmission",
    tell: "informer",
    intake: "import",
    capture: "numérisation",
    control: "contrôle",
    visa: "visa",
    slips: "fiches",
    remind: "rappels",
    parapheur: "parapheur",
    follow_up: "suivi",
    prepare: "préparation",
}


def due(app: App) -> tuple[Step, ...]:
    """Return the steps of this collectivité's day: without a bought i-Parapheur there is none to ask."""
    bought = app.parapheur is not None or has_folders_there(app)
    return tuple(step for step in DAY if step is not parapheur or bought)


def run(app: App, step: Step) -> Outcome:
    """Run one step, alone in its collectivité."""
    with app.ledger.lease(LEASES[step], app.holder):
        return step(app)
