"""The visa slip: on one sheet, who said what of an invoice, when, whether in time, and of which documents."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from dematfin.domain.event import Event, Subject
from dematfin.domain.invoice.invoice import Invoice
from dematfin.domain.visa.decision import Decision, DecisionKind
from dematfin.domain.visa.folder import VisaFolder
from dematfin.domain.visa.step import FolderStep
from dematfin.domain.visa.supporting import Supporting

Names = Mapping[str, str]
Local = Callable[[datetime], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One decision as the slip shows it.

    Attributes:
        who: the person, and in whose absence.
        at: in the time zone of the collectivité.
        late: after the end of the day when it was due; None: nothing was due then (a transfer).
    """

    decision: Decision
    who: str
    at: datetime
    late: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipStep:
    """One step of the circuit with what was said at it."""

    step: FolderStep
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipDocument:
    """One document of the folder; `added_by` is empty for what came with the invoice."""

    name: str
    sha256: str
    added_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipLine:
    """One line of the journal about the folder: opened, passed on, bypassed, decided."""

    at: datetime
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """All that a slip says, which is what the journal tells every reader and nothing else.

    Attributes:
        pay_by: end of the legal delay of payment.
        seen: fingerprint of all the documents together, as they are in the folder.
        waivers: exceptions of a small commune, in words.
        last_event: hash of the invoice's last event when the slip was made.
        provisional: something in it may still change.
    """

    sender: str
    siret: str
    invoice: Invoice
    folder: VisaFolder
    pay_by: date
    steps: tuple[SlipStep, ...]
    documents: tuple[SlipDocument, ...]
    seen: str
    lines: tuple[SlipLine, ...]
    waivers: tuple[str, ...]
    last_event: str
    provisional: bool


def slip_steps(folder: VisaFolder, names: Names, local: Local) -> Iterator[SlipStep]:
    """Yield the steps, each with its decisions."""
    for step in folder.steps:
        yield SlipStep(step=step, said=tuple(_said(step, one, names, local) for one in step.decisions))


def slip_documents(invoice: Invoice, added: Iterable[Supporting], names: Names) -> Iterator[SlipDocument]:
    """Yield the documents of the folder: those of the supplier, then those of the services."""
    for item in invoice.content.attachments:
        yield SlipDocument(name=item.name, sha256=item.document.sha256)
    for one in added:
        who = names.get(one.added_by, one.added_by)
        yield SlipDocument(name=one.name, sha256=one.document.sha256, added_by=who)


def slip_lines(folder: VisaFolder, events: Iterable[Event], local: Local) -> Iterator[SlipLine]:
    """Yield what the journal tells of a folder; an invoice that came back has had several."""
    for event in events:
        if event.subject is Subject.FOLDER and event.data.get("folder", folder.id) == folder.id:
            yield SlipLine(at=local(event.at), what=event.motif)


def signed_name(by: str, on_behalf_of: str, names: Names) -> str:
    """Name whoever decided, and the absent person whose desk it is, if any."""
    absent = f", en l'absence de {names.get(on_behalf_of, on_behalf_of)}" if on_behalf_of else ""
    return f"{names.get(by, by)}{absent}"


def _said(step: FolderStep, decision: Decision, names: Names, local: Local) -> Said:
    at = local(decision.at)
    due = step.due_on if decision.kind is not DecisionKind.TRANSFER else None
    late = at.date() > due if due is not None else None
    return Said(decision=decision, who=signed_name(decision.by, decision.on_behalf_of, names), at=at, late=late)
