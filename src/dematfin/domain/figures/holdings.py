"""What the ledger holds of one collectivité, gathered for whoever computes figures from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from dematfin.domain.delay.calendar import METROPOLE, Calendar
from dematfin.domain.editor.editor_flow import EditorFlow
from dematfin.domain.exchange.hand_over import HandOver
from dematfin.domain.intention import Intention
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.link import Link
from dematfin.domain.mandat.bordereau import Bordereau
from dematfin.domain.mandat.closure import Closure, Patience
from dematfin.domain.mandat.flux import Flux
from dematfin.domain.mandat.mandat import Mandat
from dematfin.domain.mandat.pieces import Piece
from dematfin.domain.paper.batch import Batch
from dematfin.domain.paper.capture import Capture
from dematfin.domain.parties.waiver import Waiver
from dematfin.domain.reception import Answer, Reception
from dematfin.domain.registers import StructureRules
from dematfin.domain.restoration import Restored, Trace
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.remote import RemoteFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """Every record that figures are made of, and what a wait is measured by.

    Attributes:
        days_for: the legal delay of payment of an invoice, in days.
        waiting_since: when each flow that is to be deposited was signed.
        handed: the last hand-over of each invoice that the finance software was given and no flow of its pays.
        restored: the restoration after which nothing leaves yet; `traces`: what it has to settle.
        mandated_within: days after which it should have mandated one.
    """

    days_for: Callable[[Invoice], int]
    invoices: Sequence[Invoice]
    folders: Sequence[VisaFolder]
    mandats: Sequence[Mandat]
    bordereaux: Sequence[Bordereau]
    flux: Sequence[Flux]
    quarantined: Sequence[Reception]
    watched: Sequence[Reception]
    refused_intentions: Sequence[Intention]
    given_up: Sequence[Intention]
    structures: Sequence[StructureRules]
    answers: Sequence[Answer]
    batches: Sequence[Batch] = ()
    captures: Sequence[Capture] = ()
    waivers: Sequence[Waiver] = ()
    remotes: Sequence[RemoteFolder] = ()
    refused_pieces: Sequence[Piece] = ()
    links: Sequence[Link] = ()
    restored: Sequence[Restored] = ()
    traces: Sequence[Trace] = ()
    editor_flows: Sequence[EditorFlow] = ()
    handed: Sequence[HandOver] = ()
    mandated_within: int = 10
    waiting_since: Mapping[str, datetime] = field(default_factory=dict)
    closures: Sequence[Closure] = ()
    patience: Patience = field(default_factory=Patience)
    calendar: Calendar = METROPOLE
