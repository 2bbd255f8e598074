"""Matching: which invoice each claim of an editor's flow pays. Only what is certain is decided here."""

from collections.abc import Sequence
from dataclasses import dataclass

from dematfin.domain.editor.candidate import Candidate
from dematfin.domain.editor.claim import Claim
from dematfin.domain.editor.pairing import PairingState, Proposal
from dematfin.domain.editor.rules import EditorRules
from dematfin.domain.invoice.invoice import normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """What the rule says of one claim; `invoice_id` only when it is CERTAIN, `rule` only when it is WITHOUT."""

    state: PairingState
    invoice_id: str = ""
    proposals: tuple[Proposal, ...] = ()
    rule: str = ""


def match(claims: Sequence[Claim], candidates: Sequence[Candidate], rules: EditorRules) -> tuple[Match, ...]:
    """Return the match of each claim, in their order."""
    del rules
    return tuple(_match(claim, candidates) for claim in claims)


def _match(claim: Claim, candidates: Sequence[Candidate]) -> Match:
    found = [
        one
        for one in candidates
        if one.free
        and one.siren == claim.siren
        and normalised(one.number) == normalised(claim.number)
        and one.amount == claim.amount
    ]
    if len(found) == 1:
        return Match(state=PairingState.CERTAIN, invoice_id=found[0].invoice_id)
    return Match(state=PairingState.TO_DECIDE)
