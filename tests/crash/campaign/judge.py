"""The judge: what the simulator wrote down against what we say; each line it returns is a fault of the product."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Final

from crash.campaign import answered, exchanged, sent, suppliers
from crash.campaign.records import Ours, Theirs
from crash.campaign.verdict import BROKEN, HIDDEN, LOST, Fault, Verdict
from dematfin.domain.mandat.flux import Flux, FluxState

ENDED: Final = frozenset({FluxState.ACKNOWLEDGED, FluxState.DROPPED})


def judge(ours: Ours, theirs: Theirs) -> Verdict:
    """Judge a run."""
    faults = tuple(fault for rule in RULES for fault in rule(ours, theirs))
    return Verdict(faults=faults, limbo=tuple(one.id for one in _open(ours)))


def _open(ours: Ours) -> Iterator[Flux]:
    """Yield the flows that wait for somebody; what was refused and taken up again does not."""
    present = {sheet.flux for sheet in ours.bordereaux}
    for flux in ours.flows:
        replaced = flux.state is FluxState.REFUSED_BY_TDT and flux.bordereaux and flux.id not in present
        if flux.state not in ENDED and not replaced:
            yield flux


def _limbo(ours: Ours, _: Theirs) -> Iterator[Fault]:
    """No flow is left aside without an alert that names it, sooner or later."""
    for flux in _open(ours):
        if not ours.alerted(flux.id) and not ours.breakdown(flux):
            yield Fault(HIDDEN, f"{flux.id} reste {flux.state}, aucune alerte ne le nomme")


def _journal(ours: Ours, _: Theirs) -> Iterator[Fault]:
    """Our chain holds, and every document that we name is there, whole."""
    for defect in ours.app.ledger.verify_journal().defects:
        yield Fault(BROKEN, defect.sentence)
    named = [ref for flux in ours.flows for ref in (flux.unsigned, flux.signed) if ref is not None]
    named += [ref for one in ours.given for ref in one.documents]
    named += [one.document for one in ours.imports]
    for ref in (*named, *(one.document for one in ours.answers)):
        if hashlib.sha256(ours.bytes_of(ref)).hexdigest() != ref.sha256:
            yield Fault(LOST, f"document {ref.sha256[:12]} absent ou abîmé")


Rule = Callable[[Ours, Theirs], Iterator[Fault]]
RULES: Final[tuple[Rule, ...]] = (*sent.RULES, _limbo, *answered.RULES, *suppliers.RULES, *exchanged.RULES, _journal)
