"""What happened, to what, by whom: the only memory that is never rewritten."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

SERVICE = "service"
"""Who acts when no person does: the unattended run."""


class Subject(StrEnum):
    """The kinds of records that have a history."""

    INVOICE = "facture"
    FOLDER = "visa"
    REMOTE = "parapheur"
    CIRCUIT = "circuit"
    DELEGATION = "délégation"
    MANDAT = "mandat"
    BORDEREAU = "bordereau"
    FLUX = "flux"
    PERSON = "personne"
    BUDGET = "budget"
    REGISTER = "registre"
    TIERS = "tiers"
    BATCH = "lot"
    CAPTURE = "document"
    SHEETS = "feuilles"
    PIECE = "pièce"
    EDITOR_FLOW = "import"
    HAND_OVER = "remise"
    STEP = "étape"
    ELIMINATION = "élimination"
    TRANSFER = "versement"
    RESTORATION = "restauration"
    SETTING = "réglage"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change, written in the same transaction as the change itself.

    Attributes:
        before, after: states of the subject; equal when something was added without a change of state.
        at: aware UTC instant.
        by: id of the person, `service`, or the neighbour that reports a fact.
        motif: why, in French, as a person would read it in the timeline.
        data: identifiers and figures worth keeping, as text.
    """

    subject: Subject
    subject_id: str
    before: str
    after: str
    at: datetime
    by: str
    motif: str = ""
    data: dict[str, str] = field(default_factory=dict)
