"""An editor's flow: one PES_Aller that the finance software exported, from its arrival to the flow that leaves."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.machine import Machine
from dematfin.domain.mandat.kind import BordereauKind


class EditorFlowState(StrEnum):
    """Where an editor's flow stands."""

    OPEN = "OPEN"  # kept; waits for a person to match its mandats, for visas, or for the next preparation
    COMPLETED = "COMPLETED"  # its bordereaux and its flow exist here: they say the rest
    DROPPED = "DROPPED"  # given up by a person: the finance software will export it again, or never


S = EditorFlowState
EDITOR_FLOW_MACHINE: Final = Machine(
    {
        S.OPEN: frozenset({S.COMPLETED, S.DROPPED}),
        S.COMPLETED: frozenset({S.DROPPED}),  # its flow had never left
        S.DROPPED: frozenset(),
    },
    words={S.OPEN: "à rapprocher", S.COMPLETED: "complété", S.DROPPED: "abandonné"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One bordereau of it, as its editor announces it; `total` in euros, TVA included."""

    kind: BordereauKind
    exercice: int
    number: int
    mandats: int
    total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EditorFlow:
    """One export of the finance software.

    Attributes:
        id: allotted by the ledger, e.g. `E2026-000003`.
        siret: the budget that it is of.
        name: what its file was called: data, never a path.
        document: its bytes as they came, kept for ever.
        nomfic: its own name; `flux` is the NomFic of the flow that was made of it, the same one or another.
        sender: the software that wrote it.
        signed: it came signed: it is checked and carried as it is.
        imported_by: the person, or the service, that brought it in.
        reason: why it was given up.
    """

    id: str
    siret: str
    state: EditorFlowState = EditorFlowState.OPEN
    name: str
    document: DocumentRef
    nomfic: str
    sender: str = ""
    signed: bool = False
    sheets: tuple[Sheet, ...]
    imported_at: datetime
    imported_by: str
    flux: str = ""
    reason: str = ""

    def moved(self, state: EditorFlowState) -> "EditorFlow":
        """Return it in its next state, or raise IllegalTransition."""
        return replace(self, state=EDITOR_FLOW_MACHINE.check(f"Import {self.id}", self.state, state))
