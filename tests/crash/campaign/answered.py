"""What came back: each acquit consumed once, each retour read once, and only what is kept is said to be read."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from crash.campaign.records import Ours, Theirs, at
from crash.campaign.verdict import BROKEN, DOUBLED, LOST, Fault
from dematfin.domain.event import Subject
from dematfin.domain.mandat.flux import FluxState
from dematfin.domain.mandat.mandat import MandatState
from dematfin.domain.reception import Answer, AnswerKind, AnswerState

APPLIED: Final = "acquit Hélios"
"""What the journal says of a flow to which an acquit was applied."""


def _acquits(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """The acquit of each flow is kept as it was last served, and one was applied, once.

    A process may die with the bytes in hand: they are asked for again, and the TdT may give others by then.
    """
    applied = Counter(
        (one.event.subject_id, one.event.motif)
        for one in ours.events
        if one.event.subject is Subject.FLUX and one.event.motif.startswith(APPLIED)
    )
    for (name, _), count in applied.items():
        if count > 1:
            yield Fault(DOUBLED, f"acquit de {name} appliqué {count} fois")
    served = [(line["nomfic"], line["sha1"]) for line in theirs.noted("acquit_servi")]
    acquits = [one for one in ours.answers if one.kind is AnswerKind.ACQUIT]
    kept = {(one.flux, ours.sha1(one.document)) for one in acquits}
    missed = dict(served).items() - kept
    yield from (Fault(LOST, f"un acquit de {name}, servi par le TdT, n'est pas chez nous") for name, _ in missed)
    yield from (Fault(BROKEN, f"un acquit de {name} ne vient pas du TdT") for name, _ in kept.difference(served))
    for flux in ours.flows:
        good = [one for one in acquits if one.state is AnswerState.APPLIED and one.flux == flux.id]
        if good and flux.state is not FluxState.ACKNOWLEDGED:
            yield Fault(LOST, f"acquit de {flux.id} dit appliqué, le flux reste {flux.state}")
        if flux.state is FluxState.ACKNOWLEDGED and not good and not ours.alerted(flux.id, *flux.bordereaux):
            yield Fault(LOST, f"{flux.id} acquitté sans acquit appliqué")
    yield from _left_aside(ours, acquits)


def _left_aside(ours: Ours, answers: list[Answer]) -> Iterator[Fault]:
    """What was kept and not applied says so."""
    for one in answers:
        if one.state is not AnswerState.APPLIED and not ours.alerted(one.name):
            yield Fault(LOST, f"{one.kind} {one.name} gardé, pas appliqué, sans alerte")


def _returns(ours: Ours, theirs: Theirs) -> Iterator[Fault]:
    """A retour said to be read was in our documents before, and was applied once."""
    kept = {one.document.sha256: one for one in ours.answers if one.kind is AnswerKind.RETOUR}
    told = {line["retour"]: at(line["at"]) for line in theirs.noted("retour_lu")}
    for row in theirs.returns:
        answer = kept.get(hashlib.sha256(row["donnees"]).hexdigest())
        if row["lu"] and (answer is None or ours.bytes_of(answer.document) != bytes(row["donnees"])):
            yield Fault(LOST, f"retour {row['nom']} marqué lu, ses octets ne sont pas chez nous")
        elif answer is not None and row["lu"] and told[row["id"]] < answer.received_at:
            yield Fault(LOST, f"retour {row['nom']} marqué lu avant d'être gardé")
        elif row["collectivite"] and not row["lu"] and not ours.alerted(row["nom"]):
            yield Fault(LOST, f"retour {row['nom']} jamais consommé, sans alerte")
    yield from _left_aside(ours, list(kept.values()))
    paid = Counter(
        one.event.subject_id
        for one in ours.events
        if one.event.subject is Subject.MANDAT and one.event.after == MandatState.PAID != one.event.before
    )
    yield from (Fault(DOUBLED, f"mandat {key} payé {count} fois") for key, count in paid.items() if count > 1)


RULES: Final[tuple[Callable[[Ours, Theirs], Iterator[Fault]], ...]] = (_acquits, _returns)
