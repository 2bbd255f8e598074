"""A pairing: which invoice of ours one claim of an editor's flow pays, who said so, and what was let pass."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from dematfin.domain.editor.claim import Claim


class PairingState(StrEnum):
    """How far the matching of a claim has gone."""

    CERTAIN = "CERTAIN"  # matched by the rule, nobody has to look
    TO_DECIDE = "TO_DECIDE"  # a person says which invoice it pays, or that it pays none
    CHOSEN = "CHOSEN"  # a person named the invoice
    WITHOUT = "WITHOUT"  # pays no invoice, by a rule (payroll, loans…)
    EXEMPT = "EXEMPT"  # pays no invoice of ours, as a person said


WITH_INVOICE: Final = frozenset({PairingState.CERTAIN, PairingState.CHOSEN})
DECIDED: Final = frozenset(PairingState) - {PairingState.TO_DECIDE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An invoice that a claim may pay.

    Attributes:
        score: from 0 to 100, the likeliest first.
        reasons: what speaks for it and against it, in French.
    """

    invoice_id: str
    score: int
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairing:
    """What is known of one claim.

    Attributes:
        id: `<editor flow>:<claim key>`.
        invoice_id: the invoice that it pays, empty as long as nobody knows or when it pays none.
        proposals: the likeliest first.
        rule: the rule by which it pays no invoice, in French.
        accepted: the disagreements that a person lets pass (`disagreements.acceptance`).
        motif, decided_by: why, and who; empty when the rule alone decided.
    """

    id: str
    editor_flow: str
    claim: Claim
    state: PairingState
    invoice_id: str = ""
    proposals: tuple[Proposal, ...] = ()
    rule: str = ""
    accepted: tuple[str, ...] = ()
    motif: str = ""
    decided_by: str = ""


def pairing_id(editor_flow: str, claim: Claim) -> str:
    """Name the pairing of a claim."""
    return f"{editor_flow}:{claim.key}"
