"""The daily order. It never signs: that needs a person; what was signed elsewhere is only collected.

Flows that were signed leave before the answers are read, so that a deposit which failed yesterday is tried today.
Mails come last: a mail server that answers byte by byte keeps nothing else waiting; alarms after all that they tell of.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from dematfin.domain.unattended.run import Run
from dematfin.ports.app import App
from dematfin.ports.ledger import Books
from dematfin.steps.alarm import ALERTS, alarm
from dematfin.steps.aloud import aloud
from dematfin.steps.capture import capture
from dematfin.steps.control import control
from dematfin.steps.counted import TALLY
from dematfin.steps.editor_import import IMPORTS, has_open_imports, imports
from dematfin.steps.follow_up import follow_up
from dematfin.steps.hand_over import hand_over
from dematfin.steps.intake import intake
from dematfin.steps.outcome import Outcome
from dematfin.steps.parapheur import has_folders_there, parapheur
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.remind import remind
from dematfin.steps.restored import shut
from dematfin.steps.running import First, Then, at_once, begin, begun_since, end, nothing, said_of
from dematfin.steps.shown_paid import shown_paid
from dematfin.steps.signing import is_elsewhere, signing
from dematfin.steps.slips import slips
from dematfin.steps.small_town import tell_changed
from dematfin.steps.snapshot import NAME as FIGURES_OF_THE_DAY
from dematfin.steps.snapshot import snapshot
from dematfin.steps.tally import tally
from dematfin.steps.tell import tell
from dematfin.steps.texts import TEXTS, texts
from dematfin.steps.transmit import transmit
from dematfin.steps.visa import visa
from dematfin.steps.witness import notice, remember

Step = Callable[[App], Outcome]

DAY: Final[tuple[Step, ...]] = (
    reconcile,
    intake,
    capture,
    control,
    visa,
    parapheur,
    slips,
    signing,
    transmit,
    follow_up,
    shown_paid,
    imports,
    prepare,
    hand_over,
    texts,
    tally,
    snapshot,
    remind,
    alarm,
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
    signing: "signature",
    transmit: "transmission",
    follow_up: "suivi",
    shown_paid: "paiements lus dans Chorus Pro",
    imports: IMPORTS,
    prepare: "préparation des bordereaux",
    hand_over: "remise au logiciel financier",
    tally: TALLY,
    texts: TEXTS,
    snapshot: FIGURES_OF_THE_DAY,
    alarm: ALERTS,
    tell: "informer les fournisseurs",
}

KEYS: Final[dict[Step, str]] = {
    reconcile: "reconciliation",
    intake: "import",
    capture: "numerisation",
    control: "controle",
    visa: "visa",
    parapheur: "parapheur",
    slips: "fiches",
    signing: "signature",
    transmit: "transmission",
    follow_up: "suivi",
    shown_paid: "paiements",
    imports: "imports",
    prepare: "preparation",
    hand_over: "remise",
    texts: "textes",
    tally: "chiffres",
    snapshot: "releve",
    remind: "rappels",
    alarm: "alertes",
    tell: "informer",
}
"""What schedules, queues and measures call each step; a word that has served never means another step."""

LEASES: Final[dict[Step, str]] = {
    reconcile: "transmission",  # while a deposit runs elsewhere, nobody may judge that it was interrupted
    transmit: "transmission",
    signing: "transmission",  # nothing is sent while it is still being put away where it was signed
    tell: "informer",
    intake: "import",
    capture: "numérisation",
    control: "contrôle",
    visa: "visa",
    slips: "fiches",
    remind: "rappels",
    parapheur: "parapheur",
    follow_up: "suivi",
    shown_paid: "suivi",  # a retour being applied has the word
    imports: "imports",
    prepare: "préparation",
    hand_over: "remise",
    tally: TALLY,
    texts: TEXTS,
    snapshot: "chiffres",
    alarm: ALERTS,
}


SEND: Final = frozenset({tell, parapheur, signing, transmit, prepare, hand_over})
"""Steps that wait as long as the gate is shut: they tell, give, or take numbers. The gate itself bars whatever leaves;
here it is said once, rather than by each flow."""
WAITS: Final = (
    "Rien n'est fait : la base a été remise à un état plus ancien, les voisins sont interrogés d'abord (dematfin "
    "reprise etat)."
)

ASKED: Final[dict[Step, Callable[[App], bool]]] = {
    parapheur: lambda app: app.parapheur is not None or has_folders_there(app),
    signing: is_elsewhere,
    imports: lambda app: app.exchange is not None or has_open_imports(app),
    hand_over: lambda app: app.exchange is not None,
}
"""Steps that are not of every collectivité's day: nobody is asked for what is given, or made, here."""


def due(app: App) -> tuple[Step, ...]:
    """Return the steps of this collectivité's day."""
    return tuple(step for step in DAY if is_due(app, step))


def is_due(app: App, step: Step) -> bool:
    """Say whether a step is of this collectivité's day."""
    return step not in ASKED or ASKED[step](app)


def run(app: App, step: Step, then: Then = nothing, first: First = at_once) -> Outcome:
    """Run one step, alone in its collectivité, and write down how it went; `then` joins the transaction that does."""
    with app.ledger.lease(LEASES[step], app.holder) as turn:
        return _noted(app, step, turn, then, first)


def run_since(app: App, step: Step, hour: datetime) -> Outcome | None:
    """Run one step that a schedule asks for; None when it has begun since that hour, whoever asked for it."""
    with app.ledger.lease(LEASES[step], app.holder) as turn:
        return None if begun_since(app, KEYS[step], hour) else _noted(app, step, turn)


def _noted(app: App, step: Step, turn: str, then: Then = nothing, first: First = at_once) -> Outcome:
    def held(books: Books, _: Run) -> None:
        books.check_turn(LEASES[step], turn)

    def held_and_then(books: Books, ended: Run) -> None:
        held(books, ended)
        then(books, ended)

    begun = begin(app, KEYS[step], first)
    try:
        notice(app)
        tell_changed(app)
        barred = step in SEND and shut(app)
        outcome = Outcome(step=NAMES[step], notes=(WAITS,)) if barred else aloud(app, begun, step)
        remember(app)
    except (Exception, KeyboardInterrupt) as error:
        end(app, KEYS[step], (said_of(error),), held)
        raise
    end(app, KEYS[step], tuple(one.sentence for one in outcome.failures), held_and_then)
    return outcome
