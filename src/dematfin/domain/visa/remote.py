"""What lies in a bought i-Parapheur: which invoices go there, and where each of their folders stands there."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from dematfin.domain.document import DocumentRef
from dematfin.domain.machine import Machine
from dematfin.domain.visa.folder import VisaFolder

NOT_IN_AN_ID: Final = re.compile(r"[^A-Za-z0-9_.-]")
NOT_FOUND: Final = "introuvable"
"""Its status there once somebody has deleted it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bridge:
    """Which visas are given in a bought i-Parapheur.

    Attributes:
        services: whose invoices go there; empty: everybody's.
        max_days: days after which a folder that is still there is told to a person.
        service_fait: name there of the metadata that says when the service was done.
    """

    services: frozenset[str] = frozenset()
    max_days: int = 15
    service_fait: str = "date_service_fait"

    def takes(self, service: str) -> bool:
        """Say whether the invoices of a service are given their visa there."""
        return not self.services or service in self.services


class RemoteState(StrEnum):
    """Where a folder stands, between us and the i-Parapheur."""

    TO_SEND = "TO_SEND"  # to be sent, or sent and its answer was lost: sending again is harmless
    SENT = "SENT"  # there
    STORED = "STORED"  # decided there; all that it held is kept here: it may be closed there
    CLOSED = "CLOSED"
    WITHDRAWING = "WITHDRAWING"  # its invoice has left: it is to be taken back from there
    WITHDRAWN = "WITHDRAWN"


S = RemoteState
REMOTE_MACHINE: Final = Machine(
    {
        S.TO_SEND: frozenset({S.SENT, S.WITHDRAWING}),
        S.SENT: frozenset({S.STORED, S.WITHDRAWING}),
        S.STORED: frozenset({S.CLOSED}),
        S.CLOSED: frozenset(),
        S.WITHDRAWING: frozenset({S.WITHDRAWN, S.STORED}),
        S.WITHDRAWN: frozenset(),
    },
    words={
        S.TO_SEND: "à envoyer",
        S.SENT: "dans l'i-Parapheur",
        S.STORED: "décidé, à clore",
        S.CLOSED: "clos",
        S.WITHDRAWING: "à retirer",
        S.WITHDRAWN: "retiré",
    },
)
OPEN: Final = (S.TO_SEND, S.SENT, S.STORED, S.WITHDRAWING)
"""Something is left to do, here or there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A document that came back, under the name that it had there."""

    name: str
    document: DocumentRef


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFolder:
    """One visa folder as the i-Parapheur has it.

    Attributes:
        id: its DossierID, chosen by us: sent twice, it is one folder.
        folder: the visa folder.
        made_on: day when it was to be sent; `alert_on` the day from which a person is told that it is still there.
        status: the last one that the i-Parapheur showed, in its own words.
        annexes: how many documents we sent beside the main one: the first of those that come back.
        refused: how it ended there: closed in another way.
        history: what the i-Parapheur answered of its history, byte for byte.
        documents: slip first, then what was added there, whether it may be joined to a mandat or not.
        trouble: what the i-Parapheur said the last time that something could not be done.
    """

    id: str
    folder: str
    invoice_id: str
    state: RemoteState = RemoteState.TO_SEND
    made_on: date
    alert_on: date
    sent_at: datetime | None = None
    status: str = ""
    annexes: int = 0
    refused: bool = False
    history: DocumentRef | None = None
    documents: tuple[Kept, ...] = ()
    trouble: str = ""

    def arrived(self, at: datetime, annexes: int) -> "RemoteFolder":
        """Return it once it is there, with so many annexes."""
        return replace(self.moved(RemoteState.SENT), sent_at=at, annexes=annexes)

    def moved(self, state: RemoteState) -> "RemoteFolder":
        """Return it in its next state, nothing being wrong any more, or raise IllegalTransition."""
        checked = REMOTE_MACHINE.check(f"Dossier {self.id}", self.state, state)
        return replace(self, state=checked, trouble="")


def dossier_id(siren: str, folder: VisaFolder, main_file: str) -> str:
    """Return what names a folder there: the same for the same folder, and never that of another invoice.

    A ledger that was restored may give a number again; the fingerprint of the invoice tells both folders apart.
    """
    return NOT_IN_AN_ID.sub("-", f"DF-{siren}-{folder.id}-{main_file[:8]}")[:100]
