"""The parts of the chain: at which stage of a town each begins, and what is done in it. Adding one is a line."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from crash.chain.people import People
from crash.chain.place import ELSEWHERE, HERE, NAME, PARAPHEUR
from dematfin.acts import run as acts
from dematfin.steps.alarm import alarm
from dematfin.steps.capture import capture
from dematfin.steps.control import control
from dematfin.steps.editor_import import imports
from dematfin.steps.follow_up import follow_up
from dematfin.steps.hand_over import hand_over
from dematfin.steps.intake import intake
from dematfin.steps.parapheur import parapheur
from dematfin.steps.prepare import prepare
from dematfin.steps.reconcile import reconcile
from dematfin.steps.remind import remind
from dematfin.steps.shown_paid import shown_paid
from dematfin.steps.signing import signing
from dematfin.steps.slips import slips
from dematfin.steps.snapshot import snapshot
from dematfin.steps.tally import tally
from dematfin.steps.tell import tell
from dematfin.steps.texts import texts
from dematfin.steps.transmit import transmit
from dematfin.steps.visa import visa
from dematfin.store.saved.making import Source, make
from dematfin.store.saved.vault import Vault

Work = Callable[[People], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part: the stage from which it is played, and the work of one day in it.

    Attributes:
        lieu: where flows are signed.
        counts, mails, draws: what follows counts the journal, sends mails, draws papers.
    """

    stage: str
    work: Work
    lieu: str = HERE
    counts: bool = False
    mails: bool = False
    draws: bool = False


def _paper(people: People) -> None:
    people.step(capture)
    people.enters()
    people.step(control)


def _controls(people: People) -> None:
    people.step(control)
    people.sends_back()
    people.step(tell)


def _visas(people: People) -> None:
    people.step(visa)
    people.joins()
    people.certifies()
    people.steps(slips, tell)


def _there(people: People) -> None:
    people.steps(visa, parapheur)
    people.decides_there()
    people.steps(parapheur, tell)


def _signs_there(people: People) -> None:
    people.signs()
    people.step(signing)
    people.signs_there()
    people.step(signing)


def _sends(people: People) -> None:
    people.steps(reconcile, transmit)


def _follows(people: People) -> None:
    people.steps(follow_up, shown_paid)


def _beside(people: People) -> None:
    people.step(hand_over)
    people.mandates()
    people.step(imports)
    people.reviews()
    people.steps(imports, hand_over)


def _other_acts(people: People) -> None:
    people.goes_away()
    people.has_second_thoughts()
    people.has_second_thoughts()
    people.step(prepare)


def _whole_day(people: People) -> None:
    for outcome in acts.take_up(people.app, people.agent):
        people.place.note(outcome)
    for outcome in acts.day(people.app, people.agent):
        people.place.note(outcome)


def _backs_up(people: People) -> None:
    app, vault = people.app, Vault(people.place.backups)
    documents = {app.policy.collectivite: app.documents}
    with vault.writing():
        make(
            vault,
            Source(name=NAME, base=str(people.place.base), documents=documents, configuration={}),
            app.clock.now(),
        )


PARTS: Final = {
    "import": Part(stage="ouvert", work=lambda people: people.step(intake)),
    "numérisation": Part(stage="ouvert", work=_paper),
    "contrôle": Part(stage="reçu", work=_controls),
    "visa": Part(stage="contrôlé", work=_visas),
    "i-Parapheur": Part(stage="contrôlé", work=_there),
    "rappels": Part(stage="à viser", work=lambda people: people.step(remind), mails=True),
    "bordereau": Part(stage="visé", work=lambda people: people.steps(slips, prepare)),
    "signature ici": Part(stage="préparé", work=People.signs),
    "signature au parapheur": Part(stage="préparé", work=_signs_there, lieu=PARAPHEUR),
    "signature ailleurs": Part(stage="préparé", work=People.signs, lieu=ELSEWHERE),
    "transmission": Part(stage="signé", work=_sends),
    "suivi": Part(stage="transmis", work=_follows),
    "logiciel financier": Part(stage="visé", work=_beside),
    "chiffres": Part(stage="transmis", work=lambda people: people.steps(texts, tally, snapshot), counts=True),
    "rapports": Part(stage="transmis", work=lambda people: people.writes(people.place.papers), draws=True),
    "alertes": Part(stage="transmis", work=lambda people: people.step(alarm), mails=True),
    "sauvegarde": Part(stage="transmis", work=_backs_up),
    "gestes": Part(stage="préparé", work=_other_acts),
    "journée": Part(stage="ouvert", work=_whole_day, counts=True, mails=True),
}


def whole_round(people: People, number: int) -> None:
    """Live one day of everybody, in the order of the house; nothing new comes in after the first ones."""
    if number < ARRIVALS:
        people.steps(reconcile, intake)
        _paper(people)
        _controls(people)
    people.step(visa)
    people.certifies()
    _there(people)
    people.step(slips)
    if people.app.signer.place.name == "PARAPHEUR":
        _signs_there(people)
    _sends(people)
    _follows(people)
    people.step(prepare)
    _beside(people)
    people.signs()
    people.attaches()
    people.mends()


ARRIVALS: Final = 3


def ends(people: People, part: Part) -> None:
    """Do what a part needs once all is settled."""
    if part.counts:
        people.steps(texts, tally, snapshot)
    if part.mails:
        people.steps(remind, alarm)
    if part.draws:
        people.writes(people.place.papers)
