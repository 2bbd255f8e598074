"""An elimination: a frozen list, the visa of the departmental archives, what was removed under it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.machine import Machine


class EliminationState(StrEnum):
    """How far an elimination has gone."""

    PREPARED = "PREPARED"  # its list is frozen, the archivist has it
    EXECUTING = "EXECUTING"  # its visa is known; cut short, it is run again
    DONE = "DONE"
    DROPPED = "DROPPED"  # given up before anything was removed


S = EliminationState
ELIMINATION_MACHINE: Final = Machine(
    {
        S.PREPARED: frozenset({S.EXECUTING, S.DROPPED}),
        S.EXECUTING: frozenset({S.EXECUTING, S.DONE}),
        S.DONE: frozenset(),
        S.DROPPED: frozenset(),
    },
    words={
        S.PREPARED: "préparée, attend son visa",
        S.EXECUTING: "en cours",
        S.DONE: "faite",
        S.DROPPED: "abandonnée",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elimination:
    """One bordereau d'élimination.

    Attributes:
        id: `E2037-000001` style, allotted by the ledger.
        listed: the list, a CSV, never changed: its fingerprint is in the journal; `sheet`: the page to be signed.
        dossiers, documents, size: what it lists.
        visa, visa_on: reference and day of the archivist's visa (Code du patrimoine, L212-2 and L212-3).
        left_out: what was on the list and was kept, and why, in French.
    """

    id: str
    state: EliminationState = EliminationState.PREPARED
    listed: DocumentRef
    sheet: DocumentRef
    dossiers: int
    documents: int
    size: int
    prepared_by: str
    prepared_at: datetime
    visa: str = ""
    visa_on: date | None = None
    executed_by: str = ""
    executed_at: datetime | None = None
    left_out: tuple[str, ...] = ()

    def moved(self, state: EliminationState) -> EliminationState:
        """Return the next state, or raise IllegalTransition."""
        return ELIMINATION_MACHINE.check(f"Élimination {self.id}", self.state, state)


ELSEWHERE: Final = "une autre collectivité de la même base le nomme"
"""Why bytes stay that are nothing to this collectivité any more."""
AGAIN: Final = "il a été donné de nouveau"
"""Why bytes are there, and are something to this collectivité again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """One dossier that was eliminated; `id` is the dossier's."""

    id: str
    elimination: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Eliminated:
    """One document that was eliminated.

    Attributes:
        id: its SHA-256.
        removed: its bytes are away, or go while the elimination is executed; False: only listed.
        kept_for: why they stay after all, in French: something else names them.
    """

    id: str
    size: int
    elimination: str
    visa: str
    at: datetime
    removed: bool = False
    kept_for: str = ""

    @property
    def sentence(self) -> str:
        """How a page tells it."""
        return f"Document éliminé le {self.at:%d/%m/%Y}, visa {self.visa} (élimination {self.elimination})."


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """A litigation: nothing of an invoice is eliminated until it is lifted.

    Attributes:
        id: of the invoice.
    """

    id: str
    motif: str
    placed_by: str
    placed_at: datetime
    active: bool = True
