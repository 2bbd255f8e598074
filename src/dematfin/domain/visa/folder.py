"""A visa folder: one invoice waiting for the word of a desk."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.machine import Machine
from dematfin.domain.parties.person import Act, Person
from dematfin.errors import Forbidden, RuleError


class FolderState(StrEnum):
    """Where the folder stands; late is derived, never stored."""

    IN_CIRCUIT = "IN_CIRCUIT"
    APPROVED = "APPROVED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"  # the invoice left while it waited


FOLDER_MACHINE: Final = Machine(
    {
        FolderState.IN_CIRCUIT: frozenset({FolderState.APPROVED, FolderState.REFUSED, FolderState.WITHDRAWN}),
        FolderState.APPROVED: frozenset(),
        FolderState.REFUSED: frozenset(),
        FolderState.WITHDRAWN: frozenset(),
    },
    words={
        FolderState.IN_CIRCUIT: "à viser",
        FolderState.APPROVED: "visée",
        FolderState.REFUSED: "refusée",
        FolderState.WITHDRAWN: "retirée",
    },
)


class Motive(StrEnum):
    """Why a visa is refused; the first two send the invoice back to the agent, not to the supplier."""

    NOT_MY_SERVICE = "PAS_MON_SERVICE"
    WRONG_ENGAGEMENT = "ENGAGEMENT_FAUX"
    SERVICE_NOT_DONE = "SERVICE_NON_FAIT"
    WRONG_PRICE = "PRIX_NON_CONFORME"
    DUPLICATE = "DOUBLON"
    ALREADY_PAID = "DEJA_PAYEE"
    OTHER = "AUTRE"


BACK_TO_AGENT: Final = frozenset({Motive.NOT_MY_SERVICE, Motive.WRONG_ENGAGEMENT})


VISA_FINDING: Final = "VISA-"
"""Prefix of the findings that a head of service leaves on an invoice sent back to the agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisaFolder:
    """What a desk has to decide on.

    Attributes:
        id: `<invoice id>/<episode>`: an invoice that comes back gets a new folder.
        due_on: set once when the folder arrives; a change of configuration does not move it.
        decided_by: the person who really clicked.
    """

    id: str
    invoice_id: str
    desk: str
    state: FolderState = FolderState.IN_CIRCUIT
    activated_on: date
    due_on: date
    decided_by: str = ""
    decided_at: datetime | None = None
    motive: Motive | None = None
    comment: str = ""

    def is_late(self, today: date) -> bool:
        """Say whether the visa is overdue today."""
        return self.state is FolderState.IN_CIRCUIT and today > self.due_on

    def decided(self, state: FolderState, who: Person, at: datetime) -> "VisaFolder":
        """Return the folder with its decision, or raise: wrong role, wrong desk, already decided."""
        who.require(Act.VISA)
        if self.desk not in who.desks:
            message = f"{who.name} n'a pas accès au bureau {self.desk}, qui doit viser la facture {self.invoice_id}."
            raise Forbidden(message)
        if self.state is not FolderState.IN_CIRCUIT:
            message = f"La facture {self.invoice_id} n'attend plus de visa : la décision est déjà prise."
            raise RuleError(message)
        decided = FOLDER_MACHINE.check(f"Facture {self.invoice_id}", self.state, state)
        return replace(self, state=decided, decided_by=who.id, decided_at=at)


def folder_id(invoice_id: str, episode: int) -> str:
    """Name the folder of one episode of an invoice."""
    return f"{invoice_id}/{episode}"
